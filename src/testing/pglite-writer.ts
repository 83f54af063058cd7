/**
 * A process that writes to a PGlite directory as fast as it can and says each row that was
 * acknowledged, until it is killed. `pglite-writer.ts DIRECTORY`. Tests only.
 */
import { randomUUID } from 'node:crypto'

import { openDatabase } from '../db/database.ts'
import { createJobQueue } from '../services/jobs/job-queue.ts'
import { systemClock, systemTimers } from '../system-clock.ts'

const WRITERS_COUNT = 4

const database = openDatabase({
  place: { engine: 'pglite', directory: process.argv[2] ?? '' },
  clock: systemClock,
  timers: systemTimers,
})
await database.ready
const queue = createJobQueue(systemClock)
process.on('disconnect', () => process.exit())
await Promise.all(
  Array.from({ length: WRITERS_COUNT }, async () => {
    for (;;) {
      const key = randomUUID()
      try {
        await database.transact((trx) => queue.enqueue(trx, { kind: 'op', key }))
        process.send?.(key)
      } catch {
        // Too busy a machine; only what is said counts.
      }
    }
  }),
)
