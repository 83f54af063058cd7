/**
 * What differs between two balances, value by value, as people read it: entries of lists that have
 * an `id` are told apart by it (`$.weapons[rifle].damage`), others by their place. Pure.
 */
import type { BalanceFiles } from './balance-version.ts'

/** Changes told; beyond, the diff says that there are more. */
export const CHANGES_MAX = 500
/** Characters of a value that are shown. */
const SHOWN_CHARS_MAX = 200

/** One value that differs; null on the side where there is none. */
export interface BalanceChange {
  readonly file: string
  readonly path: string
  /** As JSON, cut when long. */
  readonly before: string | null
  readonly after: string | null
}

/** The changes from `before` to `after`, by file; the name of the version is no change. */
export function diffBalance(
  before: BalanceFiles,
  after: BalanceFiles,
): { readonly changes: readonly BalanceChange[]; readonly isCut: boolean } {
  const changes: BalanceChange[] = []
  const files = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  for (const file of files) {
    const found = walk('$', before[file], after[file])
    for (const change of found) {
      if (file === 'balance.json' && change.path === '$.version') continue
      if (changes.length === CHANGES_MAX) return { changes, isCut: true }
      changes.push({ file, ...change })
    }
  }
  return { changes, isCut: false }
}

type Change = Omit<BalanceChange, 'file'>

function* walk(path: string, before: unknown, after: unknown): Generator<Change> {
  if (Array.isArray(before) && Array.isArray(after)) {
    yield* walkLists(path, before, after)
  } else if (isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      yield* walk(`${path}.${key}`, before[key], after[key])
    }
  } else if (JSON.stringify(before) !== JSON.stringify(after)) {
    yield { path, before: show(before), after: show(after) }
  }
}

function* walkLists(
  path: string,
  before: readonly unknown[],
  after: readonly unknown[],
): Generator<Change> {
  const [old, now] = [byId(before), byId(after)]
  if (old === undefined || now === undefined) {
    const length = Math.max(before.length, after.length)
    for (let index = 0; index < length; index++) {
      yield* walk(`${path}[${index}]`, before[index], after[index])
    }
    return
  }
  for (const id of new Set([...old.keys(), ...now.keys()])) {
    yield* walk(`${path}[${id}]`, old.get(id), now.get(id))
  }
  // Places in these lists go on the wire and into the log.
  const [was, is] = [orderOf(old, now), orderOf(now, old)]
  if (was !== is) yield { path: `${path} (order)`, before: show(was), after: show(is) }
}

/** The ids of a list that the other has, too. */
function orderOf(list: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): string {
  return [...list.keys()].filter((id) => other.has(id)).join(', ')
}

/** Entries by their ids; undefined when not every entry has one of its own. */
function byId(list: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const entries = new Map<string, unknown>()
  for (const entry of list) {
    const id = isRecord(entry) ? entry['id'] : undefined
    if (typeof id !== 'string' || entries.has(id)) return undefined
    entries.set(id, entry)
  }
  return entries
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string | null {
  const text = JSON.stringify(value)
  if (text === undefined) return null
  return text.length <= SHOWN_CHARS_MAX ? text : `${text.slice(0, SHOWN_CHARS_MAX)}…`
}
