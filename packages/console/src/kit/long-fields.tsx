/** Fields of forms that are no single line: a choice of few, and a text of several lines. */

/** One of a few, as a field of a form. */
export function ChoiceField(props: {
  readonly name: string
  readonly label: string
  /** Value and text, in order. */
  readonly options: readonly (readonly [value: string, text: string])[]
  readonly value?: string
}) {
  return (
    <label class="field">
      <span>{props.label}</span>
      <select name={props.name} defaultValue={props.value}>
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Several lines. */
export function TextField(props: {
  readonly name: string
  readonly label: string
  readonly value?: string
  readonly rows?: number
  readonly charsMax: number
}) {
  return (
    <label class="field">
      <span>{props.label}</span>
      <textarea
        name={props.name}
        required
        rows={props.rows ?? 3}
        maxLength={props.charsMax}
        defaultValue={props.value}
      />
    </label>
  )
}
