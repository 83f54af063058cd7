/**
 * The page's life: watch, join, play, leave, reconnect. Holds the one battle that is shown and
 * swaps it; a failed join always falls back to watching. Draws nothing itself.
 */
import { AppError } from '@battalion/base/app-error.ts'

import { Hud } from '../hud/hud.ts'
import type { JoinChoice } from '../hud/join-dialog.ts'
import { InputState } from '../input/input-state.ts'
import { BattlefieldView } from '../render/battlefield-view.ts'
import { attachEvents } from './attach-events.ts'
import type { BattleSource } from './battle-source.ts'
import { CameraOperator } from './camera-operator.ts'
import { failureText } from './connect.ts'
import type { Connect, SeatRequest } from './connect.ts'
import { PlayLoop } from './play-loop.ts'
import type { SessionStore } from './session-store.ts'
import { Theme } from './theme.ts'

/** Waits between attempts to watch (ms): the last one repeats. */
const RETRY_MS = [1000, 2000, 4000, 8000] as const

/** After these a watcher does not come back by itself: two open tabs would throw each other out. */
const FINAL_REASONS: ReadonlySet<string> = new Set(['replaced', 'kicked', 'idle'])

/** Where the page stands. */
export type AppMode = 'connecting' | 'spectating' | 'playing'

export interface AppPorts {
  readonly canvas: HTMLCanvasElement
  readonly root: HTMLElement
  readonly store: SessionStore
  readonly connect: Connect
  /** The server ended the session of the battle's connection. */
  readonly sessionRefused?: () => void
}

/** What the part with chat and friends does by keys; it comes after the first picture. */
export interface PeopleKeys {
  openChat(): void
  togglePanel(): void
  /** Closes what is open; false when nothing was. */
  close(): boolean
}

export class App {
  mode: AppMode = 'connecting'
  readonly hud: Hud
  readonly input: InputState
  readonly theme: Theme
  people: PeopleKeys | undefined
  readonly #ports: AppPorts
  #view: BattlefieldView | undefined
  #loop: PlayLoop | undefined
  #operator: CameraOperator | undefined
  #source: BattleSource | undefined
  #isBusy = false

  constructor(ports: AppPorts) {
    this.#ports = ports
    this.theme = new Theme(ports.store, (palette) => {
      this.#view?.applyPalette(palette)
      if (this.#source !== undefined) this.hud.minimap.load(this.#source.map, palette)
    })
    this.input = this.#createInput()
    this.hud = this.#createHud()
    this.hud.setMode('spectating')
    this.blockWhileOpen(this.hud.join.root)
    this.blockWhileOpen(this.hud.help)
  }

  /** While the dialog is open, no key is the battle's. */
  blockWhileOpen(dialog: HTMLDialogElement): void {
    dialog.addEventListener('toggle', () => {
      this.input.isBlocked = document.querySelector('dialog[open]') !== null
      this.input.held.clear()
    })
    // A dialog that is taken away tells of no toggle.
    dialog.addEventListener('close', () => {
      this.input.isBlocked = document.querySelector('dialog[open]') !== null
    })
  }

  get source(): BattleSource | undefined {
    return this.#source
  }

  get loop(): PlayLoop | undefined {
    return this.#loop
  }

  get view(): BattlefieldView | undefined {
    return this.#view
  }

  /** Watches, trying until it works. */
  async watch(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#enter({ spectate: true })
        return
      } catch (error) {
        this.hud.banners.showConnection(`${failureText(error)} Trying again…`)
        await wait(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]!)
      }
    }
  }

  async join(choice: JoinChoice): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    this.#ports.store.saveChoice(choice)
    this.hud.join.setBusy(true)
    try {
      await this.#leaveSource()
      await this.#enter({ spectate: false, ...choice })
      this.hud.join.close()
    } catch (error) {
      this.hud.join.fail(failureText(error))
      await this.watch()
    } finally {
      this.#isBusy = false
    }
  }

  /** Takes the place that a battle keeps for the player: his party is going in. */
  async enterBattle(roomId: string): Promise<void> {
    if (this.mode === 'playing' && this.#source?.roomId === roomId) return
    if (this.#isBusy) throw new AppError('conflict', 'One thing after another; try again.')
    this.#isBusy = true
    const { name, classId } = this.#ports.store
    try {
      await this.#leaveSource()
      await this.#enter({ spectate: false, roomId, name, classId })
    } catch (error) {
      void this.watch()
      throw error
    } finally {
      this.#isBusy = false
    }
  }

  async leave(): Promise<void> {
    if (this.mode !== 'playing' || this.#isBusy) return
    this.#isBusy = true
    await this.#leaveSource()
    await this.watch()
    this.#isBusy = false
  }

  /** Watches anew, as whoever is signed in now. */
  async reenter(): Promise<void> {
    if (this.#isBusy || this.#source === undefined) return
    this.#isBusy = true
    await this.#leaveSource()
    await this.watch()
    this.#isBusy = false
  }

  /** Zooms out until the map fits; the hands take over from there. */
  showWholeMap(): void {
    this.#operator?.showWholeMap()
  }

  async #enter(request: SeatRequest): Promise<void> {
    const source = await this.#ports.connect(request)
    await this.#show(source)
    this.mode = request.spectate ? 'spectating' : 'playing'
    this.hud.setMode(this.mode)
    this.hud.banners.hideConnection()
    this.hud.feed.clear()
    this.hud.engineer.attach(source)
    this.#listen(source)
    document.documentElement.dataset['ready'] = this.mode
  }

  async #show(source: BattleSource): Promise<void> {
    const view = this.#view ?? (await this.#createView(source))
    view.load(source)
    this.hud.minimap.load(source.map, this.theme.palette)
    this.#source = source
    this.#loop!.source = source
    attachEvents({ source, view, hud: this.hud, operator: this.#operator! })
  }

  async #createView(source: BattleSource): Promise<BattlefieldView> {
    const view = await BattlefieldView.create(this.#ports.canvas, source, this.theme.palette)
    this.#view = view
    this.#operator = new CameraOperator(view.camera)
    const { hud, input } = this
    this.#loop = new PlayLoop({ view, hud, input, operator: this.#operator })
    this.#loop.start()
    return view
  }

  async #leaveSource(): Promise<void> {
    const source = this.#source
    this.#source = undefined
    await source?.leave().catch(() => undefined)
  }

  #listen(source: BattleSource): void {
    source.on('disconnect', ({ reason, message, willReconnect }) => {
      if (this.#source !== source) return
      if (willReconnect) {
        this.hud.banners.showConnection(`${message} Reconnecting…`)
        return
      }
      this.#lost(reason, message)
    })
    source.on('reconnected', () => {
      this.hud.banners.hideConnection()
      this.hud.banners.say('Connected again.')
    })
  }

  /** The connection is over for good: the player decides what next, the watcher just comes back. */
  #lost(reason: string, message: string): void {
    const wasPlaying = this.mode === 'playing'
    const mayReturn = !wasPlaying && !FINAL_REASONS.has(reason)
    this.mode = 'connecting'
    if (reason === 'unauthenticated') this.#ports.sessionRefused?.()
    if (mayReturn) {
      this.hud.banners.showConnection(message)
      void wait(RETRY_MS[1]).then(() => this.watch())
      return
    }
    if (reason === 'idle' && !wasPlaying && document.hidden) this.#watchWhenSeen()
    this.hud.banners.showConnection(message, {
      text: 'Back to the battle',
      run: () => void this.watch(),
    })
  }

  /** Let go while the page was put away: watching goes on when somebody looks at it again. */
  #watchWhenSeen(): void {
    const look = () => {
      if (this.mode === 'connecting') void this.watch()
    }
    document.addEventListener('visibilitychange', look, { once: true })
  }

  #createInput(): InputState {
    return new InputState(this.#ports.canvas, {
      key: (code) => this.#key(code),
      keyUp: () => undefined,
      drag: (dx, dy) => this.#operator?.drag(dx, dy),
      wheel: (factor, at) => this.#operator?.wheel(factor, at),
      click: (at) => {
        if (this.#source !== undefined) this.#operator?.pick(this.#source, at)
      },
    })
  }

  #createHud(): Hud {
    return new Hud(this.#ports.root, this.input, {
      openJoin: () => this.openJoin(),
      join: (choice) => void this.join(choice),
      leave: () => void this.leave(),
      autoCamera: () => this.#operator?.setAuto(),
      goTo: (x, z) => this.#operator?.goTo(x, z),
      toggleTheme: () => this.theme.toggle(),
      toggleScoreboard: () => this.#toggleScoreboard(),
      toggleEngineer: () => this.#toggleEngineer(),
      chooseClass: (classId) => this.#source?.chooseClass(classId),
      giveUp: () => this.#source?.giveUp(),
    })
  }

  /** Name, class and one button. */
  openJoin(): void {
    const source = this.#source
    if (source === undefined) return
    const { name, classId } = this.#ports.store
    const choice = { name: name === '' ? suggestName() : name, classId }
    const where = `${source.mode.name} on ${source.map.name}. The smaller side gets you.`
    this.hud.openJoin({ balance: source.balance, where, choice })
  }

  #toggleScoreboard(): void {
    const isOpen = !this.hud.scoreboard.isOpen
    this.hud.scoreboard.show(isOpen)
    if (isOpen) this.#loop?.writeScoreboard()
  }

  #toggleEngineer(): void {
    const isOpen = !this.hud.engineer.isOpen
    this.hud.engineer.show(isOpen)
    this.#ports.root.dataset['engineer'] = isOpen ? 'open' : 'closed'
  }

  #key(code: string): void {
    if (code === 'Tab') this.#toggleScoreboard()
    else if (code === 'Backquote') this.#toggleEngineer()
    else if (code === 'Escape') this.#escape()
    else if (code === 'KeyT') this.people?.openChat()
    else if (code === 'KeyP') this.people?.togglePanel()
    else if (this.mode === 'playing' && code === 'Enter') this.people?.openChat()
    else if (this.mode !== 'spectating') return
    else if (code === 'Space') this.#operator?.setAuto()
    else if (code === 'Enter') this.openJoin()
    else if (code === 'Equal' || code === 'NumpadAdd') this.#zoom(1.2)
    else if (code === 'Minus' || code === 'NumpadSubtract') this.#zoom(1 / 1.2)
  }

  #escape(): void {
    if (document.querySelector('dialog[open]') !== null) return
    if (this.people?.close() === true) return
    if (this.hud.scoreboard.isOpen) this.#toggleScoreboard()
    else void this.leave()
  }

  #zoom(factor: number): void {
    this.#operator?.wheel(factor, { sx: innerWidth / 2, sy: innerHeight / 2 })
  }
}

function suggestName(): string {
  return `Recruit ${100 + Math.floor(Math.random() * 900)}`
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
