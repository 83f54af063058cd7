/**
 * One attack in a process of its own: takes its task over IPC, attacks, hands back numbers, ends.
 * Less urgent than honest clients, who share its core and are measured. Never started by hand.
 */
import { setPriority } from 'node:os'

import { endWithParent } from '../child-life.ts'
import { FAULTS } from './fault-list.ts'
import type { AttackReport, AttackScene } from './fault.ts'

/** Which attack of which row, and how. */
export interface AttackTask extends AttackScene {
  readonly faultId: string
  readonly attack: string
}

/** Either the numbers or why there are none. */
export type AttackAnswer = { readonly report: AttackReport } | { readonly failed: string }

/** `nice` of attackers: honest clients on the same core go first. */
const ATTACKER_NICE = 10

async function perform(task: AttackTask): Promise<AttackReport> {
  const attack = FAULTS.find(({ id }) => id === task.faultId)?.attacks?.[task.attack]
  if (attack === undefined) return { missing: 1 }
  return await attack(task)
}

function answer(message: AttackAnswer): void {
  process.send?.(message, () => process.exit(0))
}

process.once('message', (task) => {
  perform(task as AttackTask).then(
    (report) => answer({ report }),
    (error: unknown) => answer({ failed: error instanceof Error ? error.message : String(error) }),
  )
})
try {
  setPriority(ATTACKER_NICE)
} catch {
  // Where that is not allowed the attack is merely more of a burden.
}
endWithParent(() => Promise.resolve())
