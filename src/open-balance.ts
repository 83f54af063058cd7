/**
 * The balances of this process, put together: the shipped one from its folder, versions of the
 * database beside it, what staff do with them.
 */
import { fileURLToPath } from 'node:url'

import type { Database } from './db/database.ts'
import { loadBalance } from './load-balance.ts'
import type { AppDatabase } from './open-app-database.ts'
import { BalanceBook } from './services/balance/balance-book.ts'
import type { BookEvent } from './services/balance/balance-book.ts'
import { BalanceReader } from './services/balance/balance-reader.ts'
import { createBalanceDesk } from './services/balance/balance-desk.ts'
import type { BalanceDesk } from './services/balance/balance-desk.ts'
import { systemClock, systemTimers } from './system-clock.ts'
import type { AppLogger } from './telemetry/logger.ts'

const SHIPPED_DIR = fileURLToPath(new URL('../packages/sim/balance/1', import.meta.url))

/** What rooms, HTTP and the console get. */
export interface AppBalance {
  readonly book: BalanceBook
  readonly desk: BalanceDesk
  stop(): Promise<void>
}

/** Opens them; throws ConfigError when the shipped balance is wrong. */
export function openBalance(options: {
  readonly store: AppDatabase
  readonly logger: AppLogger
}): AppBalance {
  const { store, logger } = options
  const { database, outbox } = store
  const { book, reader, stop } = openBalanceBook(database, (event) => tell(logger, event))
  const desk = createBalanceDesk({ database, book, reader, clock: systemClock, outbox })
  return { book, desk, stop }
}

/** The balances alone, read from the database from when it is there. */
export function openBalanceBook(database: Database, onEvent: (event: BookEvent) => void) {
  const shipped = loadBalance(SHIPPED_DIR)
  const reader = new BalanceReader()
  const book = new BalanceBook({ database, shipped, reader, timers: systemTimers, onEvent })
  book.start()
  const stop = async () => void (await Promise.all([reader.stop(), book.stop()]))
  return { book, reader, stop }
}

function tell(logger: AppLogger, event: BookEvent): void {
  if (event.kind === 'played') {
    const { version } = event
    logger.info({ event: 'balance.played', version }, 'new battles take this balance')
  } else if (event.kind === 'broken') {
    const { version, why } = event
    logger.error(
      { event: 'balance.broken', version, why },
      'a published balance cannot be parsed by this program: an older one is played in its place',
    )
  } else {
    logger.warn({ event: 'balance.delayed', err: event.error }, 'published balances not read')
  }
}
