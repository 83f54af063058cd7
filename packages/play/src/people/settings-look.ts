/** How the page looks. */
import { el } from '../hud/dom.ts'
import { createSelect } from './form.ts'
import type { PeopleContext } from './people-context.ts'

const THEMES = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const

/** The page. */
export function createLookPage({ host }: PeopleContext): HTMLElement {
  const theme = createSelect({
    name: 'theme',
    label: 'Colours',
    value: host.look.theme,
    choices: THEMES,
  })
  theme.input.addEventListener('change', () => {
    const chosen = THEMES.find(([value]) => value === theme.input.value)
    if (chosen !== undefined) host.look.setTheme(chosen[0])
  })
  const hint = el('p', {
    class: 'form-hint',
    text: 'Less motion follows the setting of your system. The engineer’s panel (`) has the network.',
  })
  return el('div', { class: 'form' }, theme.root, hint)
}
