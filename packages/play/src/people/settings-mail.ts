/** Which mails one takes: one switch a kind, sent as it is turned. */
import { el } from '../hud/dom.ts'
import type { PeopleContext } from './people-context.ts'
import { problemText } from './problem-text.ts'

/** Kinds as players call them; one that this page does not know is shown by its id. */
const TEXTS: Readonly<Record<string, string>> = {
  friend_asked: 'Somebody asks to be your friend',
}
let lastId = 0

/** The page; it fills itself. */
export function createMailPage(context: PeopleContext): HTMLElement {
  const page = el('div', { class: 'form' })
  page.append(el('p', { class: 'empty', text: 'Reading…' }))
  void fill(context, page)
  return page
}

async function fill(context: PeopleContext, page: HTMLElement): Promise<void> {
  try {
    const { choices } = await context.host.api.get('/v1/notifications/mail')
    const hint = 'Mails about your address and password always come: you ask for them yourself.'
    page.replaceChildren(
      el('ul', { class: 'rows' }, ...choices.map((choice) => createSwitch(context, choice))),
      el('p', { class: 'form-hint', text: hint }),
    )
  } catch (error) {
    page.replaceChildren(el('p', { class: 'form-error', text: problemText(error) }))
  }
}

function createSwitch(
  { host, fail }: PeopleContext,
  { kind, isOn }: { readonly kind: string; readonly isOn: boolean },
): HTMLElement {
  const id = `mail-${++lastId}`
  const input = el('input', { class: 'switch', attributes: { type: 'checkbox', id } })
  input.checked = isOn
  input.addEventListener('change', () => {
    const wanted = input.checked
    input.disabled = true
    const done = host.api.put('/v1/notifications/mail/{kind}', {
      params: { path: { kind } },
      body: { isOn: wanted },
    })
    done
      .catch((error: unknown) => {
        input.checked = !wanted
        fail(problemText(error))
      })
      .finally(() => {
        input.disabled = false
      })
  })
  const text = TEXTS[kind] ?? kind.replaceAll('_', ' ')
  const label = el('label', { class: 'row-words', text, attributes: { for: id } })
  return el('li', { class: 'row' }, label, input)
}
