/** Parts of lists: a choice, the button to what follows, what a change changed. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

import { BusyButton } from './busy-button.tsx'
import type { Pages } from './use-pages.ts'

/** One of several, by name; `all` is what the empty choice is called. */
export function Choice(props: {
  readonly label: string
  readonly options: readonly string[]
  readonly value?: string
  readonly all?: string
  /** In a form. */
  readonly name?: string
  readonly onChoice?: (value: string) => void
}) {
  const { label, options, value, all, name, onChoice } = props
  return (
    <label class="field">
      <span>{label}</span>
      <select name={name} value={value} onChange={(event) => onChoice?.(event.currentTarget.value)}>
        {all !== undefined && <option value="">{all}</option>}
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  )
}

/** The button below a list that goes on; at the end of it, who pressed it reads that it is all. */
export function More<T>({ of }: { of: Pages<T> }) {
  const [isBusy, setBusy] = useState(false)
  const [wasUsed, setUsed] = useState(false)
  const end = useRef<HTMLParagraphElement>(null)
  const { more } = of
  const isAtEnd = wasUsed && more === undefined && of.value !== undefined
  useEffect(() => {
    const isLost = document.activeElement === document.body
    if (isAtEnd && isLost) end.current?.focus({ preventScroll: true })
  }, [isAtEnd])
  if (isAtEnd) {
    return (
      <p ref={end} class="soft" tabIndex={-1}>
        That is all of them.
      </p>
    )
  }
  if (more === undefined) return null
  const go = () => {
    setBusy(true)
    setUsed(true)
    void more().finally(() => setBusy(false))
  }
  return <BusyButton label="Show more" isBusy={isBusy} onClick={go} />
}

/** A value before and after, field by field; what stayed the same is soft. */
export function Change({ before, after }: { readonly before: unknown; readonly after: unknown }) {
  const [was, is] = [toFields(before), toFields(after)]
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])]
  if (names.length === 0) return <p class="soft">Nothing was changed.</p>
  return (
    <table class="change">
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {names.map((name) => (
          <tr key={name} class={textOf(was[name]) === textOf(is[name]) ? 'soft' : ''}>
            <td data-label="Field">{name}</td>
            <td data-label="Before">{show(was[name])}</td>
            <td data-label="After">{show(is[name])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** What is no object has one field without a name. */
function toFields(value: unknown): Readonly<Record<string, unknown>> {
  if (value === null || value === undefined) return {}
  const isObject = typeof value === 'object' && !Array.isArray(value)
  return isObject ? (value as Record<string, unknown>) : { value }
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? ''
}

function show(value: unknown): ComponentChildren {
  if (value === undefined) return <span class="soft">–</span>
  if (typeof value === 'string') return value
  return <pre>{JSON.stringify(value, null, 2)}</pre>
}
