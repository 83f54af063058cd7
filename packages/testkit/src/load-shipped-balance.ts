/**
 * Reads a shipped balance from `packages/sim/balance/<version>` for tests, benches and programs.
 * The server has a loader of its own; this one may block and knows no configuration.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Balance } from '@battalion/sim/balance.ts'
import { parseBalance } from '@battalion/sim/parse-balance.ts'

const BALANCE_FOLDER = join(import.meta.dirname, '../../sim/balance')

/** Parsed JSON of a shipped balance by path, fresh at each call so that tests may spoil it. */
export function readShippedBalanceFiles(version = '1'): Record<string, unknown> {
  const folder = join(BALANCE_FOLDER, version)
  const files: Record<string, unknown> = {}
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!name.endsWith('.json')) continue
    const path = name.replaceAll('\\', '/')
    files[path] = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  }
  return files
}

const loaded = new Map<string, Balance>()

/** The shipped balance of a version, read once per process. */
export function loadShippedBalance(version = '1'): Balance {
  let balance = loaded.get(version)
  if (balance === undefined) {
    balance = parseBalance(readShippedBalanceFiles(version))
    loaded.set(version, balance)
  }
  return balance
}
