/**
 * Forms of this part: labelled fields, one button that sends, one place for what went wrong. While
 * a form is on its way it cannot be sent again; a failure is said beside the button, by role alert.
 */
import { button, el, setText } from '../hud/dom.ts'
import { problemText } from './problem-text.ts'

export interface FieldOptions {
  readonly name: string
  readonly label: string
  readonly type?: 'text' | 'email' | 'password'
  /** What password managers and phones offer. */
  readonly autocomplete?: string
  readonly value?: string
  readonly hint?: string
  readonly maxLength?: number
  readonly isOptional?: boolean
  /** Six digits of an authenticator app. */
  readonly isCode?: boolean
}

export interface Field {
  readonly root: HTMLElement
  readonly input: HTMLInputElement
}

/** Longest text of a field that says nothing else (characters); the server's bounds are closer. */
const FIELD_CHARS_MAX = 254
let lastId = 0

/** A labelled input. */
export function createField(options: FieldOptions): Field {
  const { name, label, type = 'text', hint, value = '' } = options
  const id = `field-${++lastId}`
  const code = options.isCode === true
  const input = el('input', {
    class: code ? 'field field-code' : 'field',
    attributes: {
      id,
      name,
      type,
      required: options.isOptional !== true,
      maxlength: String(code ? 6 : (options.maxLength ?? FIELD_CHARS_MAX)),
      autocomplete: code ? 'one-time-code' : (options.autocomplete ?? 'off'),
      autocapitalize: 'none',
      spellcheck: 'false',
      ...(code ? { inputmode: 'numeric', pattern: '[0-9]{6}' } : {}),
      ...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` }),
    },
  })
  input.value = value
  const root = el(
    'div',
    { class: 'form-field' },
    el('label', { text: label, attributes: { for: id } }),
    type === 'password' ? withShowButton(input) : input,
  )
  if (hint !== undefined) {
    root.append(el('p', { class: 'form-hint', text: hint, attributes: { id: `${id}-hint` } }))
  }
  return { root, input }
}

function withShowButton(input: HTMLInputElement): HTMLElement {
  const show = button({
    class: 'field-show',
    text: 'Show',
    attributes: { 'aria-label': 'Show the password', 'aria-pressed': 'false' },
    onClick: () => {
      const isShown = input.type === 'password'
      input.type = isShown ? 'text' : 'password'
      setText(show, isShown ? 'Hide' : 'Show')
      show.setAttribute('aria-pressed', String(isShown))
    },
  })
  return el('div', { class: 'field-with-button' }, input, show)
}

export interface SelectOptions {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly choices: readonly (readonly [value: string, text: string])[]
}

/** A labelled choice. */
export function createSelect(options: SelectOptions): {
  readonly root: HTMLElement
  readonly input: HTMLSelectElement
} {
  const id = `field-${++lastId}`
  const input = el(
    'select',
    { class: 'field', attributes: { id, name: options.name } },
    ...options.choices.map(([value, text]) => el('option', { text, attributes: { value } })),
  )
  input.value = options.value
  const label = el('label', { text: options.label, attributes: { for: id } })
  return { root: el('div', { class: 'form-field' }, label, input), input }
}

export interface FormOptions {
  readonly fields: readonly (Field | { readonly root: HTMLElement })[]
  readonly submit: string
  readonly isDangerous?: boolean
  /** Sends it; what it throws is shown, what it answers said as done. */
  readonly send: () => Promise<string | void>
  /** Given the failure, may do better than showing it; true when it did. */
  readonly failed?: (error: unknown) => boolean
}

/** A form. */
export function createForm(options: FormOptions): HTMLFormElement {
  const submit = el('button', {
    class: options.isDangerous === true ? 'danger-button' : 'primary-button',
    text: options.submit,
    attributes: { type: 'submit' },
  })
  const error = el('p', { class: 'form-error', attributes: { role: 'alert' } })
  const done = el('p', { class: 'form-done', attributes: { role: 'status' } })
  const form = el(
    'form',
    { class: 'form', attributes: { novalidate: false } },
    ...options.fields.map(({ root }) => root),
    error,
    done,
    el('div', { class: 'form-actions' }, submit),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (submit.disabled) return
    submit.disabled = true
    setText(error, '')
    setText(done, '')
    void sendForm(options, { error, done }).then(() => {
      submit.disabled = false
      return undefined
    })
  })
  return form
}

async function sendForm(
  { send, failed }: Pick<FormOptions, 'send' | 'failed'>,
  notes: { readonly error: HTMLElement; readonly done: HTMLElement },
): Promise<void> {
  try {
    setText(notes.done, (await send()) ?? '')
  } catch (cause) {
    if (failed?.(cause) !== true) setText(notes.error, problemText(cause))
  }
}

/** A button that does one thing, and says beside itself when that failed. */
export function createActionButton(options: {
  readonly class?: string
  readonly text: string
  readonly label?: string
  readonly run: () => Promise<unknown>
  readonly failed: (text: string) => void
}): HTMLButtonElement {
  const made = button({
    class: options.class ?? 'small-button',
    text: options.text,
    ...(options.label === undefined ? {} : { label: options.label }),
    onClick: () => {
      made.disabled = true
      options
        .run()
        .catch((error: unknown) => options.failed(problemText(error)))
        .finally(() => {
          made.disabled = false
        })
    },
  })
  return made
}
