/**
 * Reading untrusted JSON with the path in hand. A node is one value with the file and the JSON path
 * it stands at; each read checks type and range, and the first wrong one stops everything with a
 * {@link BalanceError} that says where. Knows nothing about the game.
 */

/** A wrong value in the balance: which file, which JSON path, what was expected. */
export class BalanceError extends Error {
  override readonly name = 'BalanceError'
  readonly file: string
  /** JSON path, `$` is the whole file. */
  readonly path: string

  constructor(file: string, path: string, complaint: string) {
    super(`${file}: ${path}: ${complaint}`)
    this.file = file
    this.path = path
  }
}

/** Characters of a wrong value that are shown. */
const SHOWN_LENGTH_MAX = 60
/** Characters of any text. */
const TEXT_LENGTH_MAX = 64
const ID_PATTERN = /^[a-z0-9][a-z0-9.-]*$/

/** One JSON value and where it stands. */
export class BalanceNode {
  readonly file: string
  readonly path: string
  readonly value: unknown

  constructor(file: string, path: string, value: unknown) {
    this.file = file
    this.path = path
    this.value = value
  }

  /** Stops the load here. */
  fail(complaint: string): never {
    throw new BalanceError(this.file, this.path, complaint)
  }

  /** Stops the load because the value is not what it should be. */
  expected(what: string): never {
    return this.fail(`expected ${what}, got ${showValue(this.value)}`)
  }

  number(min: number, max: number): number {
    const { value } = this
    const isFit = typeof value === 'number' && value >= min && value <= max
    return isFit ? value : this.expected(`a number from ${min} to ${max}`)
  }

  whole(min: number, max: number): number {
    const { value } = this
    const isFit = Number.isInteger(value) && Number(value) >= min && Number(value) <= max
    return isFit ? Number(value) : this.expected(`a whole number from ${min} to ${max}`)
  }

  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.expected('true or false')
  }

  /** A text people read, 1 to 64 characters. */
  text(): string {
    const { value } = this
    const isFit = typeof value === 'string' && value.length > 0 && value.length <= TEXT_LENGTH_MAX
    return isFit ? value : this.expected(`a text of 1 to ${TEXT_LENGTH_MAX} characters`)
  }

  /** A name programs use: lower case letters, digits, dots and dashes. */
  id(): string {
    const { value } = this
    const isText = typeof value === 'string' && value.length <= TEXT_LENGTH_MAX
    return isText && ID_PATTERN.test(value) ? value : this.expected('an id of [a-z0-9.-]')
  }

  choice<const Choice extends string>(choices: readonly Choice[]): Choice {
    const found = choices.find((choice) => choice === this.value)
    return found ?? this.expected(`one of ${choices.join(', ')}`)
  }

  /** The entries of a list, `countMin` to `countMax` of them. */
  list(countMin: number, countMax: number): BalanceNode[] {
    const { value } = this
    if (!Array.isArray(value)) return this.expected('a list')
    if (value.length < countMin || value.length > countMax) {
      return this.fail(`expected ${countMin} to ${countMax} entries, got ${value.length}`)
    }
    return value.map((entry, index) => this.child(`[${index}]`, entry))
  }

  /** Reads an object; `read` asks for every key there may be, and any other key stops the load. */
  record<Result>(read: (fields: BalanceFields) => Result): Result {
    const { value } = this
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.expected('an object')
    }
    const fields = new BalanceFields(this, value as Record<string, unknown>)
    const result = read(fields)
    fields.refuseUnread()
    return result
  }

  child(step: string, value: unknown): BalanceNode {
    return new BalanceNode(this.file, this.path + step, value)
  }
}

/** The keys of one object; made by {@link BalanceNode.record}. */
export class BalanceFields {
  readonly node: BalanceNode
  readonly #values: Record<string, unknown>
  readonly #read = new Set<string>()

  constructor(node: BalanceNode, values: Record<string, unknown>) {
    this.node = node
    this.#values = values
  }

  /** The value of a key that must be there. */
  get(key: string): BalanceNode {
    this.#read.add(key)
    if (!Object.hasOwn(this.#values, key)) this.node.fail(`"${key}" is missing`)
    return this.node.child(`.${key}`, this.#values[key])
  }

  /** True for a key that may be left out and is there. */
  has(key: string): boolean {
    return Object.hasOwn(this.#values, key)
  }

  refuseUnread(): void {
    for (const key of Object.keys(this.#values)) {
      if (!this.#read.has(key)) this.node.fail(`unknown key "${key.slice(0, SHOWN_LENGTH_MAX)}"`)
    }
  }
}

function showValue(value: unknown): string {
  const shown = JSON.stringify(value) ?? 'nothing'
  return shown.length <= SHOWN_LENGTH_MAX ? shown : `${shown.slice(0, SHOWN_LENGTH_MAX)}…`
}
