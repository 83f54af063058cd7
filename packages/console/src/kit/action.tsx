/** A button that asks before it acts: a dialog with a form of its own, and its own error. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import { useOperator } from '../operator.tsx'
import { Form } from './form.tsx'
import { keepFocus, placeOf } from './keep-focus.ts'
import type { FocusPlace } from './keep-focus.ts'
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
  const place = useRef<FocusPlace | undefined>(undefined)
  useEffect(() => {
    // Asked for at the opening: at the clean-up the button is gone, its focus with it.
    return () => {
      const was = place.current
      if (was !== undefined) setTimeout(() => keepFocus(was))
    }
  }, [])
  useEffect(() => {
    const was = place.current
    if (props.isDisabled === true && was !== undefined) keepFocus(was)
  }, [props.isDisabled])
  const open = () => {
    place.current = placeOf(button.current!)
    dialog.current?.showModal()
  }
  const forget = () => void (place.current = undefined)
  const submit = async (fields: Readonly<Record<string, string>>) => {
    try {
      say(await act(fields))
    } catch (error) {
      onError(error)
      throw error
    }
    dialog.current?.close()
    onDone?.()
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        class={isDanger ? 'danger' : ''}
        disabled={props.isDisabled}
        onClick={open}
      >
        {label}
      </button>
      <dialog ref={dialog} aria-label={title} onCancel={forget}>
        <h2>{title}</h2>
        {text !== undefined && <p>{text}</p>}
        <Form label={title} action={label} isDanger={isDanger} act={submit}>
          {props.children}
          <button type="button" class="quiet" onClick={() => dialog.current?.requestClose()}>
            Cancel
          </button>
        </Form>
      </dialog>
    </>
  )
}
