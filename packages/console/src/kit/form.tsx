/** Parts of forms: a field with its name, a button that says it works, what went wrong. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ComponentChildren } from 'preact'

import { textOf } from '../console-api.ts'
import { BusyButton } from './busy-button.tsx'

type FieldType = 'text' | 'password' | 'email' | 'number' | 'datetime-local'

/** A named field. */
export function Field(props: {
  readonly name: string
  readonly label: string
  readonly type?: FieldType
  readonly hint?: string
  readonly value?: string
  readonly autoComplete?: string
  readonly inputMode?: 'numeric'
  readonly isOptional?: boolean
}) {
  const { name, label, type = 'text', hint, value, autoComplete, inputMode, isOptional } = props
  const hintId = hint === undefined ? undefined : `${name}-hint`
  const input = useRef<HTMLInputElement>(null)
  const shown = useRef(value)
  // Another address, another value: a field that was typed in does not follow its default.
  useEffect(() => {
    if (shown.current !== value) input.current!.value = value ?? ''
    shown.current = value
  }, [value])
  return (
    <label class="field">
      <span>{label}</span>
      <input
        ref={input}
        name={name}
        {...typeOf(type)}
        required={isOptional !== true}
        autoComplete={autoComplete ?? 'off'}
        inputMode={inputMode}
        defaultValue={value}
        aria-describedby={hintId}
      />
      {hint !== undefined && <small id={hintId}>{hint}</small>}
    </label>
  )
}

/** Preact types each kind of input apart. */
function typeOf(type: FieldType) {
  return { type } as { type: 'text' }
}

/** A form that shows when it works and what went wrong; `act` gets the fields as text. */
export function Form(props: {
  readonly label: string
  readonly action: string
  readonly isDanger?: boolean
  readonly act: (fields: Readonly<Record<string, string>>) => Promise<string | void>
  readonly children?: ComponentChildren
}) {
  const [state, setState] = useState<{ isBusy: boolean; error?: string; done?: string }>({
    isBusy: false,
  })
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (state.isBusy) return
    const data = new FormData(event.currentTarget as HTMLFormElement)
    const texts = [...data].filter((pair): pair is [string, string] => typeof pair[1] === 'string')
    const fields = Object.fromEntries(texts)
    setState({ isBusy: true })
    try {
      const done = await props.act(fields)
      setState({ isBusy: false, ...(done === undefined ? {} : { done }) })
    } catch (error) {
      setState({ isBusy: false, error: textOf(error) })
    }
  }
  return (
    <form aria-label={props.label} onSubmit={(event) => void submit(event)}>
      {props.children}
      {state.error !== undefined && (
        <p class="error" role="alert">
          {state.error}
        </p>
      )}
      {state.done !== undefined && (
        <p class="done" role="status">
          {state.done}
        </p>
      )}
      <BusyButton label={props.action} isBusy={state.isBusy} isDanger={props.isDanger === true} />
    </form>
  )
}
