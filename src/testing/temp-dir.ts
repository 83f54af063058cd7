/** A directory for one test, removed with everything in it afterwards. Tests only. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A fresh directory that is gone when `test` ends. */
export function tempDir(test: Pick<TestContext, 'after'>): string {
  const path = mkdtempSync(join(tmpdir(), 'battalion-'))
  test.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
