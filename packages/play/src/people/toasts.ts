/** Short notes at the edge: something came, something failed. They go by themselves. */
import { button, el } from '../hud/dom.ts'

/** Shown at once; at the limit the oldest goes. */
const TOASTS_MAX = 3
const TOAST_MS = 6000

export interface ToastAction {
  readonly text: string
  readonly run: () => void
  /** What it leads to: the note goes when that is reached another way. */
  readonly goal?: string
}

export class Toasts {
  readonly root = el('div', {
    class: 'toasts',
    attributes: { role: 'status', 'aria-live': 'polite' },
  })

  /** `text` may be a player's: it is shown as text. */
  say(title: string, text = '', action?: ToastAction): void {
    const toast = el(
      'div',
      { class: 'toast panel' },
      el('div', { class: 'toast-words' }, el('strong', { text: title }), el('span', { text })),
    )
    if (action !== undefined) {
      const run = () => {
        toast.remove()
        action.run()
      }
      if (action.goal !== undefined) toast.dataset['goal'] = action.goal
      toast.append(button({ class: 'small-button', text: action.text, onClick: run }))
    }
    toast.append(
      button({ class: 'toast-close', label: 'Dismiss', text: '×', onClick: () => toast.remove() }),
    )
    this.root.append(toast)
    while (this.root.childElementCount > TOASTS_MAX) this.root.firstElementChild!.remove()
    setTimeout(() => toast.remove(), TOAST_MS)
  }

  /** Takes away notes that lead where the player is now. */
  reached(goal: string): void {
    for (const toast of this.root.querySelectorAll(`[data-goal='${goal}']`)) toast.remove()
  }
}
