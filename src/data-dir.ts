/**
 * The data directory: made when absent, proven writable, locked for one process
 * (`db/directory-lock.ts`).
 */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { ConfigError } from './config.ts'
import { LockHeldError, takeLock } from './db/directory-lock.ts'

const LOCK_FILE = 'lock'

/** A directory this process holds. */
export interface DataDir {
  readonly path: string
  release(): void
}

/** Takes the directory; throws {@link ConfigError} when another live process has it. */
export function openDataDir(path: string): DataDir {
  try {
    mkdirSync(path, { recursive: true })
    return { path: resolve(path), release: takeLock(join(path, LOCK_FILE)) }
  } catch (error) {
    throw toConfigError(error, path)
  }
}

function toConfigError(error: unknown, path: string): unknown {
  if (error instanceof LockHeldError) {
    return new ConfigError(
      `DATA_DIR: ${resolve(path)} is in use by process ${error.pid}; ` +
        'stop that server or set another DATA_DIR.',
    )
  }
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC'].includes(code)) return error
  return new ConfigError(
    `DATA_DIR: ${resolve(path)} is not a directory this user may write (${code}); ` +
      'fix its permissions or set another DATA_DIR.',
  )
}
