/** What chat stands on. Time is handed in; who blocks or wants whom is another module's to
 * know. */
import type { Clock } from '@battalion/base/clock.ts'

import type { Db } from '../../db/database.ts'
import type { EventOutbox } from '../outbox/event-outbox.ts'
import type { LineRate } from './line-rate.ts'
import type { WordFilter } from './word-filter.ts'

/** Who blocks whom, and who wants to be written to. */
export interface BlockBook {
  listBlocked(db: Db, userId: string): Promise<string[]>
  /** Throws `forbidden` when one blocks the other, or the other does not want this user's lines. */
  refuseWriting(db: Db, pair: { readonly userId: string; readonly otherId: string }): Promise<void>
  areFriends(db: Db, pair: { readonly userId: string; readonly otherId: string }): Promise<boolean>
}

/** What opening and closing channels needs. */
export interface ChannelPorts {
  readonly clock: Pick<Clock, 'wallMs'>
  readonly outbox: EventOutbox
}

/** What saying something needs. */
export interface ChatPorts extends ChannelPorts {
  readonly clock: Clock
  readonly filter: Pick<WordFilter, 'mask'>
  readonly rate: LineRate
  readonly blocks: BlockBook
}
