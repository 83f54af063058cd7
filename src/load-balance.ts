/**
 * Reads the shipped balance from disk and parses it. Its files go to clients exactly as they were
 * read, so both sides parse the same text.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

import { parseBalance } from '@battalion/sim/parse-balance.ts'

import { ConfigError } from './config.ts'
import type { LoadedBalance } from './services/balance/balance-version.ts'

/** Loads every JSON file below `folder`; a wrong value stops the start with file and path. */
export function loadBalance(folder: string): LoadedBalance {
  const files: Record<string, unknown> = {}
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.json')) continue
    const path = join(entry.parentPath, entry.name)
    files[relative(folder, path).split(sep).join('/')] = readJson(path)
  }
  try {
    const balance = parseBalance(files)
    return { balance, version: balance.version, files }
  } catch (error) {
    throw new ConfigError(`balance in ${folder}: ${(error as Error).message}`, { cause: error })
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new ConfigError(`balance: ${path} is not JSON: ${(error as Error).message}`)
  }
}
