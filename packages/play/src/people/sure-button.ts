/** A button for what cannot be taken back: the first press asks, the second one does it. */
import { setText } from '../hud/dom.ts'
import { createActionButton } from './form.ts'

/** After this long it asks anew (ms). */
const SURE_MS = 5000

/** The button. */
export function createSureButton(options: {
  readonly text: string
  /** What is asked; names what will be. */
  readonly question: string
  readonly label?: string
  readonly class?: string
  readonly run: () => Promise<unknown>
  readonly failed: (text: string) => void
}): HTMLButtonElement {
  let isAsked = false
  const rest = () => {
    isAsked = false
    setText(made, options.text)
    if (options.label !== undefined) made.setAttribute('aria-label', options.label)
  }
  const made = createActionButton({
    class: options.class ?? 'small-button',
    text: options.text,
    ...(options.label === undefined ? {} : { label: options.label }),
    run: async () => {
      if (isAsked) return await options.run()
      isAsked = true
      setText(made, options.question)
      made.setAttribute('aria-label', options.question)
      setTimeout(rest, SURE_MS)
      return undefined
    },
    failed: options.failed,
  })
  return made
}
