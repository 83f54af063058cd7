/**
 * The filter above a list. On a wide window its fields stand open; on a phone they fold behind a
 * line that says how many count, so that the list itself is on the first screen.
 */
import { useState } from 'preact/hooks'
import type { ComponentChildren } from 'preact'

/** As the width at which styles have their phone. */
const NARROW = '(width < 48rem)'

/** A form of fields; `find` gets those that say something, moments as RFC 3339. */
export function Filters(props: {
  readonly count: number
  readonly find: (filter: Readonly<Record<string, string>>) => void
  readonly children: ComponentChildren
}) {
  const { count, find, children } = props
  const [isOpen, setOpen] = useState(() => !matchMedia(NARROW).matches)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget as HTMLFormElement)
    find(givenOf([...data]))
  }
  return (
    <details class="folded" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{count === 0 ? 'Filter' : `Filter (${count} set)`}</summary>
      <form class="filters card" aria-label="Filter" onSubmit={submit} onReset={() => find({})}>
        {children}
        <div class="row">
          <button type="submit">Filter</button>
          <button type="reset" class="quiet">
            Clear
          </button>
        </div>
      </form>
    </details>
  )
}

function givenOf(fields: readonly (readonly [string, FormDataEntryValue])[]) {
  const given = fields.flatMap(([name, value]): [string, string][] => {
    if (typeof value !== 'string' || value.trim() === '') return []
    const isTime = name === 'from' || name === 'until'
    return [[name, isTime ? new Date(value).toISOString() : value.trim()]]
  })
  return Object.fromEntries(given)
}
