/**
 * "Join the battle": a name, a class, one button. The team is the server's choice.
 */
import type { Balance } from '@battalion/sim/balance.ts'

import { createClassPicker } from './class-picker.ts'
import type { ClassPicker } from './class-picker.ts'
import { button, el, setText } from './dom.ts'

/** Longest name the server shows (characters). */
const NAME_CHARACTERS_MAX = 20

export interface JoinChoice {
  readonly name: string
  readonly classId: string
}

export class JoinDialog {
  readonly root: HTMLDialogElement
  readonly #name = el('input', {
    class: 'field',
    attributes: {
      type: 'text',
      name: 'name',
      maxlength: String(NAME_CHARACTERS_MAX),
      autocomplete: 'nickname',
      placeholder: 'Your name',
      required: true,
      spellcheck: 'false',
    },
  })
  readonly #where = el('p', { class: 'dialog-where' })
  readonly #cards = el('div')
  readonly #error = el('p', { class: 'dialog-error', attributes: { role: 'alert' } })
  readonly #submit = el('button', {
    class: 'primary-button',
    text: 'Deploy',
    attributes: { type: 'submit' },
  })
  #picker: ClassPicker | undefined

  constructor(join: (choice: JoinChoice) => void) {
    const cancel = button({
      class: 'ghost-button',
      text: 'Keep watching',
      onClick: () => this.close(),
    })
    const form = el(
      'form',
      { class: 'dialog-form' },
      el(
        'header',
        {},
        el('h2', { text: 'Join the battle', attributes: { id: 'join-title' } }),
        this.#where,
      ),
      el('label', { class: 'field-label' }, el('span', { text: 'Name' }), this.#name),
      this.#cards,
      this.#error,
      el('footer', { class: 'dialog-actions' }, cancel, this.#submit),
    )
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      join({ name: this.#name.value.trim(), classId: this.#picker?.chosenId ?? '' })
    })
    this.root = el(
      'dialog',
      { class: 'dialog panel', attributes: { 'aria-labelledby': 'join-title' } },
      form,
    )
  }

  open(view: { balance: Balance; where: string; choice: JoinChoice }): void {
    this.#picker = createClassPicker(view.balance, {
      name: 'join-class',
      isCompact: false,
      changed: () => undefined,
    })
    this.#picker.choose(view.choice.classId)
    this.#cards.replaceChildren(this.#picker.root)
    this.#name.value = view.choice.name
    setText(this.#where, view.where)
    setText(this.#error, '')
    this.setBusy(false)
    if (!this.root.open) this.root.showModal()
    this.#name.focus()
  }

  close(): void {
    this.root.close()
  }

  setBusy(isBusy: boolean): void {
    // What refused the last try says nothing of this one.
    if (isBusy) setText(this.#error, '')
    this.#submit.disabled = isBusy
    setText(this.#submit, isBusy ? 'Joining…' : 'Deploy')
  }

  fail(message: string): void {
    this.setBusy(false)
    setText(this.#error, message)
  }
}
