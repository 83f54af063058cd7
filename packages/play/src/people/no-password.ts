/** What stands where a password is asked for, for who has none. */
import { el } from '../hud/dom.ts'

/** Who signs in by a provider alone; a mail lets him set one. */
export function createNoPassword(): HTMLElement {
  return el('p', {
    class: 'sheet-words',
    text: 'You have no password: a provider signs you in. To set one, take “Forgot your password?” where you sign in.',
  })
}
