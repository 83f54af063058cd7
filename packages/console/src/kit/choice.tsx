/** A named choice of one of several. */
export function Choice<T extends string>(props: {
  readonly label: string
  readonly value: T
  readonly options: readonly T[]
  /** How an option reads; itself when absent. */
  readonly textOf?: (option: T) => string
  readonly onChange: (option: T) => void
}) {
  const { label, value, options, textOf = (option: T): string => option, onChange } = props
  return (
    <label class="field inline">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {textOf(option)}
          </option>
        ))}
      </select>
    </label>
  )
}
