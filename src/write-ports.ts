/** What writing a battle stands on, in whichever process that is. */
import { findNames } from './services/identity/find-names.ts'
import type { AfterMatch } from './services/matches/match-record.ts'
import type { WritePorts } from './services/matches/write-match.ts'
import type { EventOutbox } from './services/outbox/event-outbox.ts'
import { systemClock } from './system-clock.ts'

/** With the events of `outbox`, and all that joins. */
export function createWritePorts(
  outbox: EventOutbox,
  afterMatch: readonly AfterMatch[],
): WritePorts {
  return {
    clock: systemClock,
    outbox,
    findKnownUsers: async (db, ids) => new Set((await findNames(db, ids)).keys()),
    afterMatch,
  }
}
