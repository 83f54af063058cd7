/** Where one is signed in; each place can be signed out. */
import { el } from '../hud/dom.ts'
import { createActionButton } from './form.ts'
import type { PeopleContext } from './people-context.ts'
import { problemText } from './problem-text.ts'

interface Device {
  readonly sessionId: string
  readonly device: string
  readonly address: string
  readonly usedAt: string
  readonly isCurrent: boolean
}

/** The page; it fills itself. */
export function createDevicesPage(context: PeopleContext): HTMLElement {
  const page = el('div', { attributes: { 'aria-live': 'polite' } })
  page.append(el('p', { class: 'empty', text: 'Reading…' }))
  void fill(context, page)
  return page
}

async function fill(context: PeopleContext, page: HTMLElement): Promise<void> {
  try {
    const { items } = await context.host.api.get('/v1/me/sessions')
    const rows = items.map((item) => createRow(context, item, () => void fill(context, page)))
    page.replaceChildren(el('ul', { class: 'rows' }, ...rows))
  } catch (error) {
    page.replaceChildren(el('p', { class: 'form-error', text: problemText(error) }))
  }
}

function createRow(context: PeopleContext, item: Device, done: () => void): HTMLElement {
  const used = new Date(item.usedAt)
  const when = used.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })
  const about = item.isCurrent ? `This one · ${item.address}` : `${when} · ${item.address}`
  const name = describeDevice(item.device)
  const row = el(
    'li',
    { class: 'row' },
    el('span', { class: 'row-words' }, el('b', { text: name }), el('small', { text: about })),
  )
  row.title = item.device
  if (item.isCurrent) return row
  row.append(
    createActionButton({
      text: 'Sign out',
      label: `Sign out: ${name}`,
      run: async () => {
        const path = { sessionId: item.sessionId }
        await context.host.api.delete('/v1/me/sessions/{sessionId}', { params: { path } })
        done()
      },
      failed: context.fail,
    }),
  )
  return row
}

const BROWSERS = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const
const SYSTEMS = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac', 'Linux'] as const

/** `Chrome on Linux`; what a device calls itself, where that says nothing. */
export function describeDevice(device: string): string {
  const browser = BROWSERS.find(([mark]) => device.includes(mark))?.[1]
  const system = SYSTEMS.find((mark) => device.includes(mark))
  if (browser === undefined) return device === '' ? 'Something without a name' : device.slice(0, 60)
  return system === undefined ? browser : `${browser} on ${system}`
}
