/** More fields: a choice, several lines of text, a search with its button. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** One of several. */
export function Choice(props: {
  readonly name: string
  readonly label: string
  /** Value and what is shown for it. */
  readonly options: readonly (readonly [value: string, text: string])[]
  readonly value?: string
  readonly hint?: string
}) {
  const { name, label, options, value, hint } = props
  const hintId = hint === undefined ? undefined : `${name}-hint`
  return (
    <label class="field">
      <span>{label}</span>
      <select name={name} aria-describedby={hintId}>
        {options.map(([key, text]) => (
          <option key={key} value={key} selected={key === value}>
            {text}
          </option>
        ))}
      </select>
      {hint !== undefined && <small id={hintId}>{hint}</small>}
    </label>
  )
}

/** Several lines. */
export function LongField(props: {
  readonly name: string
  readonly label: string
  readonly rows?: number
  readonly maxLength?: number
  readonly hint?: string
  readonly isOptional?: boolean
}) {
  const { name, label, rows = 3, maxLength, hint, isOptional } = props
  const hintId = hint === undefined ? undefined : `${name}-hint`
  return (
    <label class="field">
      <span>{label}</span>
      <textarea
        name={name}
        rows={rows}
        maxLength={maxLength}
        required={isOptional !== true}
        aria-describedby={hintId}
      />
      {hint !== undefined && <small id={hintId}>{hint}</small>}
    </label>
  )
}

/** A line to search by; `find` gets it as it is sent off. */
export function SearchBar(props: {
  readonly label: string
  readonly hint?: string
  readonly value: string
  readonly find: (query: string) => void
  readonly children?: ComponentChildren
}) {
  const { label, hint, value, find } = props
  const input = useRef<HTMLInputElement>(null)
  // Another address, another value; a new field would lose the focus to the top of the page.
  useEffect(() => {
    input.current!.value = value
  }, [value])
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget as HTMLFormElement)
    const query = data.get('query')
    find(typeof query === 'string' ? query.trim() : '')
  }
  return (
    <form class="search" role="search" onSubmit={submit}>
      <label class="field">
        <span>{label}</span>
        <input ref={input} type="search" name="query" defaultValue={value} autoComplete="off" />
        {hint !== undefined && <small>{hint}</small>}
      </label>
      {props.children}
      <button type="submit">Search</button>
    </form>
  )
}
