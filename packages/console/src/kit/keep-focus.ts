/**
 * Where a keyboard goes on when what it did took its button away: a row that is gone, Ban that
 * became Lift ban. Without it the browser goes back to the top of the page.
 */

/** A button's place, from when it was still there. */
export interface FocusPlace {
  readonly parent: HTMLElement | null
  readonly label: string
  /** How many buttons of this name came before it. */
  readonly index: number
}

/** To be asked while the button is in the page. */
export function placeOf(button: HTMLElement): FocusPlace {
  const label = textOf(button)
  return { parent: button.parentElement, label, index: buttonsOf(label).indexOf(button) }
}

/** If it is lost: to beside it, else to the one of its name in its place, else to the page. */
export function keepFocus({ parent, label, index }: FocusPlace): void {
  const active = document.activeElement
  // A browser takes it from a button that was disabled, but not at once.
  const isLost = active === null || active === document.body || active.matches(':disabled')
  if (!isLost) return
  const [beside] = parent?.isConnected === true ? buttonsIn(parent) : []
  const alike = buttonsOf(label)
  const target = beside ?? alike[Math.min(index, alike.length - 1)] ?? contentOf()
  target?.focus({ preventScroll: target === contentOf() })
}

function buttonsOf(label: string): HTMLElement[] {
  const content = contentOf()
  return content === null ? [] : buttonsIn(content).filter((each) => textOf(each) === label)
}

/** That can be pressed; a dialog that is closed has some of the same names. */
function buttonsIn(element: HTMLElement): HTMLElement[] {
  const all = [...element.querySelectorAll<HTMLElement>('button:not(:disabled)')]
  return all.filter((button) => button.closest('dialog') === null)
}

function textOf(element: HTMLElement): string {
  return element.textContent ?? ''
}

function contentOf(): HTMLElement | null {
  return document.getElementById('content')
}
