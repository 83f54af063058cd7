/** A button that asks before it acts: a dialog with a form of its own, and its own error. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import { useOperator } from '../operator.tsx'
import { Form } from './form.tsx'
import { say } from './toast.tsx'

/** Opens a dialog; `act` gets the fields as text and answers what to say when it is done. */
export function Action(props: {
  readonly label: string
  /** Heading of the dialog; the label when absent. */
  readonly title?: string
  readonly text?: string
  readonly isDanger?: boolean
  readonly isDisabled?: boolean
  readonly act: (fields: Readonly<Record<string, string>>) => Promise<string>
  readonly onDone?: () => void
  readonly children?: ComponentChildren
}) {
  const { label, title = label, text, isDanger = false, act, onDone } = props
  const { onError } = useOperator()
  const dialog = useRef<HTMLDialogElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const isDone = useRef(false)
  useEffect(() => {
    const place = button.current?.parentElement
    // Asked for here and not by focus: at the clean-up the button is gone, its focus with it.
    return () => {
      if (isDone.current) setTimeout(() => keepFocus(place))
    }
  }, [])
  const submit = async (fields: Readonly<Record<string, string>>) => {
    try {
      say(await act(fields))
    } catch (error) {
      onError(error)
      throw error
    }
    dialog.current?.close()
    isDone.current = true
    onDone?.()
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        class={isDanger ? 'danger' : ''}
        disabled={props.isDisabled}
        onClick={() => dialog.current?.showModal()}
      >
        {label}
      </button>
      <dialog ref={dialog} aria-label={title}>
        <h2>{title}</h2>
        {text !== undefined && <p>{text}</p>}
        <Form label={title} action={label} isDanger={isDanger} act={submit}>
          {props.children}
          <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </Form>
      </dialog>
    </>
  )
}

/** What is done may take its button away (Ban becomes Lift ban): a keyboard goes on beside it. */
function keepFocus(place: HTMLElement | null | undefined): void {
  if (document.activeElement !== document.body) return
  const next = place?.isConnected === true ? place.querySelector('button') : null
  const target = next ?? document.getElementById('content')
  target?.focus({ preventScroll: true })
}
