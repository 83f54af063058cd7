/** The shipped balance from disk, for tests only: the client itself fetches it from its server. */
import { readdirSync, readFileSync } from 'node:fs'
import { parseBalance } from '@battalion/sim/parse-balance.ts'
import type { Balance } from '@battalion/sim/balance.ts'

const folder = new URL('../../../sim/balance/1/', import.meta.url)

/** The files of the balance by path, parsed JSON, as `GET /v1/balance/{version}` serves them. */
export function readShippedFiles(): Record<string, unknown> {
  const names = readdirSync(folder, { recursive: true }) as string[]
  const files: Record<string, unknown> = {}
  for (const name of names.filter((one) => one.endsWith('.json'))) {
    files[name] = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
  }
  return files
}

/** The shipped balance. */
export function loadShippedBalance(): Balance {
  return parseBalance(readShippedFiles())
}
