/**
 * Results on PGlite under faults that are really done: processes killed with -9 between any two
 * steps. Each battle that was kept is in the database once, whole.
 */
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'

import { putMadeDatabase } from '@battalion/testkit/made-database.ts'

import type { DatabasePlace } from '../../db/database.ts'
import { killAnywhere, killEverywhere } from '../../testing/result-faults.ts'
import { tempDir } from '../../testing/temp-dir.ts'

async function freshPlace(t: TestContext): Promise<{ place: DatabasePlace; dataDir: string }> {
  const dataDir = tempDir(t)
  await putMadeDatabase(dataDir)
  return { place: { engine: 'pglite', directory: join(dataDir, 'db') }, dataDir }
}

describe('results on PGlite under faults', () => {
  it('[I-8] kill -9 after keeping, in the transaction, after the commit: once each', async (t) => {
    const { place, dataDir } = await freshPlace(t)
    await killEverywhere(t, place, dataDir)
  })

  it('[I-8] kill -9 at any moment: what was kept is there, once', async (t) => {
    const { place, dataDir } = await freshPlace(t)
    await killAnywhere(t, place, dataDir)
  })
})
