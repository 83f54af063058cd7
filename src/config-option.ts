/**
 * Kinds of options: how the text of an environment variable becomes a checked value. `config.ts`
 * makes its table of them. A wrong value throws ConfigError with the one line an operator sees.
 */

/** One wrong value; `message` is the whole line an operator sees. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** One option: how its text becomes a value, and what `.env.example` says about it. */
export interface ConfigOption<T> {
  readonly env: string
  readonly unit: string
  readonly fallback: string
  readonly meaning: string
  parse(text: string): T
}

interface OptionText {
  readonly env: string
  readonly unit: string
  readonly meaning: string
}

function reject(env: string, given: string, wanted: string): never {
  throw new ConfigError(`${env}: "${given}" is not ${wanted}; change it or leave it unset.`)
}

/** A whole number in a range. */
export function whole(
  range: { fallback: number; min: number; max: number },
  option: OptionText,
): ConfigOption<number> {
  const wanted = `a whole number from ${range.min} to ${range.max} (${option.unit})`
  return {
    ...option,
    fallback: String(range.fallback),
    parse(given) {
      const value = /^\d{1,12}$/.test(given) ? Number(given) : Number.NaN
      if (!(value >= range.min && value <= range.max)) reject(option.env, given, wanted)
      return value
    },
  }
}

/** One of some words. */
export function choice<T extends string>(
  values: readonly T[],
  fallback: T,
  option: OptionText,
): ConfigOption<T> {
  return {
    ...option,
    fallback,
    parse(given) {
      const found = values.find((value) => value === given)
      return found ?? reject(option.env, given, `one of ${values.join(', ')}`)
    },
  }
}

/** Text of a shape. */
export function text(
  rule: { fallback: string; pattern: RegExp; wanted: string },
  option: OptionText,
): ConfigOption<string> {
  return {
    ...option,
    fallback: rule.fallback,
    parse(value) {
      return rule.pattern.test(value) ? value : reject(option.env, value, rule.wanted)
    },
  }
}

/** Text that no error line may repeat. */
export function secret(
  rule: { isValid: (text: string) => boolean; wanted: string },
  option: OptionText,
): ConfigOption<string> {
  return {
    ...option,
    fallback: '',
    parse(value) {
      return rule.isValid(value) ? value : reject(option.env, '(hidden)', rule.wanted)
    },
  }
}

/** Items with commas between. */
export function list(
  rule: { isValid: (item: string) => boolean; wanted: string },
  option: OptionText,
) {
  return {
    ...option,
    fallback: '',
    parse(value: string): readonly string[] {
      const items = value.split(',').map((item) => item.trim())
      const kept = items.filter((item) => item !== '')
      for (const item of kept) {
        if (!rule.isValid(item)) reject(option.env, item, rule.wanted)
      }
      return Object.freeze(kept)
    },
  } satisfies ConfigOption<readonly string[]>
}
