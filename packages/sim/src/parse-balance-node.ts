/**
 * Reading untrusted JSON with the path in hand. A node is one value with the file and the JSON path
 * it stands at; each read checks type and range, and the first wrong one stops everything with a
 * {@link BalanceError} that says where. With a {@link FaultList} nothing stops: each fault is
 * written down and reading goes on with a value that would have been right. Knows nothing about the
 * game.
 */

/** A wrong value in the balance: which file, which JSON path, what was expected. */
export class BalanceError extends Error {
  override readonly name = 'BalanceError'
  readonly file: string
  /** JSON path, `$` is the whole file. */
  readonly path: string
  readonly complaint: string

  constructor(file: string, path: string, complaint: string) {
    super(`${file}: ${path}: ${complaint}`)
    this.file = file
    this.path = path
    this.complaint = complaint
  }
}

/** The same as data. */
export type BalanceFault = Pick<BalanceError, 'file' | 'path' | 'complaint'>

/** Faults written down; more say nothing new to who has these to mend. */
export const FAULTS_MAX = 100

/** Takes down what is wrong with one balance. */
export class FaultList {
  readonly faults: BalanceFault[] = []

  add(fault: BalanceFault): void {
    if (this.faults.length < FAULTS_MAX) this.faults.push(fault)
  }

  /** True when something at this path or below it is wrong. */
  has(file: string, path: string): boolean {
    return this.faults.some((one) => one.file === file && one.path.startsWith(path))
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
  readonly #faults: FaultList | undefined

  constructor(where: { file: string; path: string; value: unknown; faults?: FaultList }) {
    this.file = where.file
    this.path = where.path
    this.value = where.value
    this.#faults = where.faults
  }

  /** True when something here or below has been written down. */
  get isFaulty(): boolean {
    return this.#faults?.has(this.file, this.path) === true
  }

  /** Stops the load here; with a list of faults, writes it down. */
  fail(complaint: string): void {
    const { file, path } = this
    if (this.#faults === undefined) throw new BalanceError(file, path, complaint)
    this.#faults.add({ file, path, complaint })
  }

  /** As {@link fail}, about values that do not fit together; silent when one of them is wrong. */
  refuse(complaint: string): void {
    if (!this.isFaulty) this.fail(complaint)
  }

  /** Says that the value is not what it should be; `fallback` stands in for it from here on. */
  expected<Fallback>(what: string, fallback: Fallback): Fallback {
    this.fail(`expected ${what}, got ${showValue(this.value)}`)
    return fallback
  }

  number(min: number, max: number): number {
    const { value } = this
    const isFit = typeof value === 'number' && value >= min && value <= max
    return isFit ? value : this.expected(`a number from ${min} to ${max}`, min)
  }

  whole(min: number, max: number): number {
    const { value } = this
    const isFit = Number.isInteger(value) && Number(value) >= min && Number(value) <= max
    return isFit ? Number(value) : this.expected(`a whole number from ${min} to ${max}`, min)
  }

  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.expected('true or false', false)
  }

  /** A text people read, 1 to 64 characters. */
  text(): string {
    const { value } = this
    const isFit = typeof value === 'string' && value.length > 0 && value.length <= TEXT_LENGTH_MAX
    return isFit ? value : this.expected(`a text of 1 to ${TEXT_LENGTH_MAX} characters`, '')
  }

  /** A name programs use: lower case letters, digits, dots and dashes. */
  id(): string {
    const { value } = this
    const isText = typeof value === 'string' && value.length <= TEXT_LENGTH_MAX
    return isText && ID_PATTERN.test(value) ? value : this.expected('an id of [a-z0-9.-]', '')
  }

  choice<const Choice extends string>(choices: readonly [Choice, ...Choice[]]): Choice {
    const found = choices.find((choice) => choice === this.value)
    return found ?? this.expected(`one of ${choices.join(', ')}`, choices[0])
  }

  /** The entries of a list, `countMin` to `countMax` of them. */
  list(countMin: number, countMax: number): BalanceNode[] {
    const { value } = this
    const entries: readonly unknown[] = Array.isArray(value) ? value : this.expected('a list', [])
    if (Array.isArray(value) && (value.length < countMin || value.length > countMax)) {
      this.fail(`expected ${countMin} to ${countMax} entries, got ${value.length}`)
    }
    const nodes = entries.slice(0, countMax).map((entry, index) => this.child(`[${index}]`, entry))
    while (nodes.length < countMin) nodes.push(this.absent(`[${nodes.length}]`))
    return nodes
  }

  /** Reads an object; `read` asks for every key there may be, and any other key stops the load. */
  record<Result>(read: (fields: BalanceFields) => Result): Result {
    const { value } = this
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.expected('an object', undefined)
      return read(new BalanceFields(this.absent(''), {}))
    }
    const fields = new BalanceFields(this, value as Record<string, unknown>)
    const result = read(fields)
    fields.refuseUnread()
    return result
  }

  child(step: string, value: unknown): BalanceNode {
    const { file, path } = this
    const faults = this.#faults === undefined ? {} : { faults: this.#faults }
    return new BalanceNode({ file, path: path + step, value, ...faults })
  }

  /** Stands for what has been complained of already: whatever is read from it is not told again. */
  absent(step: string): BalanceNode {
    const { file, path } = this
    return new BalanceNode({ file, path: path + step, value: undefined, faults: new FaultList() })
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
    if (Object.hasOwn(this.#values, key)) return this.node.child(`.${key}`, this.#values[key])
    this.node.fail(`"${key}" is missing`)
    return this.node.absent(`.${key}`)
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
