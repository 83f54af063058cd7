/**
 * What a version of the balance is called. Published ones are numbers, `7`; drafts `draft-3`; the
 * shipped one has the name its files give it, `1` or `1.burst`, and counts by the number it begins
 * with. Published under a number, the files of a draft carry that name.
 */
import type { Balance } from '@battalion/sim/balance.ts'
import { parseBalance } from '@battalion/sim/parse-balance.ts'

/** Parsed JSON of a balance by path. */
export type BalanceFiles = Readonly<Record<string, unknown>>

/** A version that can be played: its files as clients get them, and what they say. */
export interface LoadedBalance {
  readonly version: string
  readonly files: BalanceFiles
  readonly balance: Balance
}

/** A name as the database knows it. */
export type VersionName =
  | { readonly kind: 'draft'; readonly id: bigint }
  | { readonly kind: 'published'; readonly number: number }

const NAME = /^(?:(?<draft>draft-)(?<id>[1-9]\d{0,17})|(?<number>[1-9]\d{0,7}))$/

/** What `version` names in the database; undefined for any other text. */
export function readVersion(version: string): VersionName | undefined {
  const { id, number } = NAME.exec(version)?.groups ?? {}
  if (id !== undefined) return { kind: 'draft', id: BigInt(id) }
  return number === undefined ? undefined : { kind: 'published', number: Number(number) }
}

/** The name of a row. */
export function versionOf(row: { readonly id: bigint; readonly number: number | null }): string {
  return row.number === null ? `draft-${row.id}` : String(row.number)
}

/** The number that a shipped version counts as; 0 when its name begins with none. */
export function numberOf(version: string): number {
  return Number(/^\d{1,8}/.exec(version)?.[0] ?? 0)
}

/** The files under another name. */
export function nameFiles(files: BalanceFiles, version: string): BalanceFiles {
  const head = files['balance.json']
  if (typeof head !== 'object' || head === null || Array.isArray(head)) return files
  return { ...files, 'balance.json': { ...head, version } }
}

/** Parses files under a name; throws BalanceError. */
export function loadFiles(files: BalanceFiles, version: string): LoadedBalance {
  const named = nameFiles(files, version)
  return { version, files: named, balance: parseBalance({ ...named }) }
}
