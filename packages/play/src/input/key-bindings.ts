/**
 * Which key means what: from held keys to movement and buttons. Pure; keys are
 * `KeyboardEvent.code`, so the keys keep their places on every keyboard layout.
 */
import { Button } from '@battalion/sim/commands.ts'

export interface KeyHelp {
  readonly keys: string
  readonly meaning: string
}

/** Shown by the help page. */
export const PLAYER_HELP: readonly KeyHelp[] = [
  { keys: 'W A S D', meaning: 'Move' },
  { keys: 'Mouse', meaning: 'Aim' },
  { keys: 'Left button', meaning: 'Fire' },
  { keys: 'Shift', meaning: 'Sprint' },
  { keys: 'C or Ctrl', meaning: 'Crouch behind cover' },
  { keys: 'R', meaning: 'Reload' },
  { keys: 'Q or right button', meaning: 'Class ability' },
  { keys: 'E', meaning: 'Revive a fallen team mate' },
  { keys: '1 · 2', meaning: 'Primary weapon, sidearm' },
  { keys: 'Tab', meaning: 'Scoreboard' },
  { keys: 'Enter or T', meaning: 'Chat' },
  { keys: 'P', meaning: 'Friends, party, news, account' },
  { keys: 'Esc', meaning: 'Leave, back to watching' },
]

export const SPECTATOR_HELP: readonly KeyHelp[] = [
  { keys: 'Drag · W A S D', meaning: 'Move the view' },
  { keys: 'Wheel · + −', meaning: 'Zoom' },
  { keys: 'Click a soldier', meaning: 'Follow it' },
  { keys: 'Space', meaning: 'Automatic camera' },
  { keys: 'Tab', meaning: 'Scoreboard' },
  { keys: 'T · P', meaning: 'Chat, people' },
  { keys: '`', meaning: 'Engineer’s panel' },
]

const BUTTON_OF_KEY: Readonly<Record<string, number>> = {
  KeyR: Button.reload,
  KeyC: Button.crouch,
  ControlLeft: Button.crouch,
  ControlRight: Button.crouch,
  ShiftLeft: Button.sprint,
  ShiftRight: Button.sprint,
  KeyE: Button.revive,
  KeyQ: Button.ability,
}

/** Movement of the held keys, -1..1 per axis, never longer than 1. */
export function moveOfKeys(held: ReadonlySet<string>): { x: number; z: number } {
  const right = held.has('KeyD') || held.has('ArrowRight') ? 1 : 0
  const left = held.has('KeyA') || held.has('ArrowLeft') ? 1 : 0
  const down = held.has('KeyS') || held.has('ArrowDown') ? 1 : 0
  const up = held.has('KeyW') || held.has('ArrowUp') ? 1 : 0
  const x = right - left
  const z = down - up
  const length = Math.hypot(x, z)
  return length > 1 ? { x: x / length, z: z / length } : { x, z }
}

/** Buttons of the held keys and mouse buttons. */
export function buttonsOfKeys(held: ReadonlySet<string>, isSidearm: boolean): number {
  let buttons = isSidearm ? Button.sidearm : 0
  for (const key of held) buttons |= BUTTON_OF_KEY[key] ?? 0
  if (held.has('Mouse0')) buttons |= Button.fire
  if (held.has('Mouse2')) buttons |= Button.ability
  return buttons
}

/** Weapon slot a key asks for, undefined for other keys. */
export function slotOfKey(code: string): 0 | 1 | undefined {
  if (code === 'Digit1') return 0
  if (code === 'Digit2') return 1
  return undefined
}

/** True for keys the page takes from the browser while a battle has the keyboard. */
export function isGameKey(code: string): boolean {
  return code in BUTTON_OF_KEY || /^(Key[WASD]|Arrow\w+|Space|Tab|Digit[12]|Backquote)$/.test(code)
}
