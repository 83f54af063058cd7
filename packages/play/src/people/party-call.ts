/**
 * "Your party is going in": a battle keeps the player's place for a few seconds. He goes in by
 * himself when the count is over, at once by the button, or stays; his place then goes to others.
 */
import { button, el, setShown, setText } from '../hud/dom.ts'
import { problemText } from './problem-text.ts'

/** Seconds until he goes in, if his place is kept so long. */
const COUNT_SEC = 5
/** A place is left in time to take it (s). */
const SPARE_SEC = 3
const SEC_MS = 1000

export interface PartyCallPorts {
  readonly enter: (roomId: string) => Promise<void>
  readonly failed: (text: string) => void
}

/** A battle that keeps a place. */
export interface CallingBattle {
  readonly leader: string
  readonly roomId: string
  readonly expiresInSec: number
}

export class PartyCall {
  readonly root: HTMLElement
  readonly #ports: PartyCallPorts
  readonly #title = el('strong')
  readonly #count = el('span', { class: 'party-count', attributes: { 'aria-hidden': 'true' } })
  readonly #go: HTMLButtonElement
  #roomId: string | undefined
  #secondsLeft = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(ports: PartyCallPorts) {
    this.#ports = ports
    this.#go = button({
      class: 'primary-button',
      text: 'Go in now',
      onClick: () => void this.#enter(),
    })
    const stay = button({ class: 'ghost-button', text: 'Stay here', onClick: () => this.hide() })
    const words = el('div', { class: 'party-words', attributes: { role: 'alert' } }, this.#title)
    this.root = el(
      'section',
      { class: 'party-call panel', attributes: { 'aria-label': 'Your party is going in' } },
      this.#count,
      words,
      el('div', { class: 'party-buttons' }, this.#go, stay),
    )
    setShown(this.root, false)
  }

  /** Begins to count. */
  show({ leader, roomId, expiresInSec }: CallingBattle): void {
    clearTimeout(this.#timer)
    this.#roomId = roomId
    this.#go.disabled = false
    this.#secondsLeft = Math.max(1, Math.min(COUNT_SEC, expiresInSec - SPARE_SEC))
    setShown(this.root, true)
    setText(this.#title, `${leader} takes your party into a battle. You follow in a few seconds.`)
    this.#tick()
  }

  hide(): void {
    clearTimeout(this.#timer)
    this.#roomId = undefined
    setShown(this.root, false)
  }

  #tick(): void {
    setText(this.#count, String(this.#secondsLeft))
    if (this.#secondsLeft-- <= 0) return void this.#enter()
    this.#timer = setTimeout(() => this.#tick(), SEC_MS)
  }

  async #enter(): Promise<void> {
    clearTimeout(this.#timer)
    const roomId = this.#roomId
    if (roomId === undefined || this.#go.disabled) return
    this.#go.disabled = true
    try {
      await this.#ports.enter(roomId)
    } catch (error) {
      this.#ports.failed(problemText(error))
    }
    if (this.#roomId === roomId) this.hide()
  }
}
