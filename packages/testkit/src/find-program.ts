/**
 * Finds programs of the machine for tests that need one, and says why when there is none.
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Names Chromium goes by. */
export const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome'] as const

/** Path of the first of these programs on PATH, undefined when none is there. */
export function findProgram(names: readonly string[]): string | undefined {
  for (const name of names) {
    for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
      const path = join(folder, name)
      if (isExecutable(path)) return path
    }
  }
  return undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
