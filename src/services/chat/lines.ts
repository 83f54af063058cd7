/**
 * Saying something, and reading what was said (SOC-1, SOC-2, SOC-4). A line is cleaned, paced and
 * filtered before the database sees it; its number comes in the same transaction that tells the
 * home rooms of it, so members get each line once and in order. Nothing here waits for a client.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database, Db, Trx } from '../../db/database.ts'
import { emitLine } from '../live-events.ts'
import type { LiveLine } from '../live-events.ts'
import { findReadable } from './channels.ts'
import { otherOfDirect } from './direct-channels.ts'
import type { ChannelOfUser } from './channels.ts'
import type { ChatPorts } from './chat-ports.ts'
import { cleanLine, LINE_BYTES_MAX, LINE_CHARS_MAX } from './clean-line.ts'
import { insertLine, lockLine, markDeleted, selectLines, updateText } from './message-queries.ts'
import type { StoredLine } from './message-queries.ts'
import { refuseMuted } from './mutes.ts'

/** Lines of one page. */
export const PAGE_LINES_MAX = 100
/** How long its author may change a line (ms). */
export const EDIT_MS_MAX = 15 * 60_000

/** Who says what where. */
export interface Saying {
  readonly userId: string
  readonly channelId: string
  readonly text: string
}

/** Says a line; answers how it stands in the channel. */
export async function sendLine(
  database: Database,
  ports: ChatPorts,
  saying: Saying,
): Promise<LiveLine> {
  const words = prepare(ports, saying)
  return await database.transact(async (trx) => {
    const { userId: authorId, channelId } = saying
    await findWritable(trx, ports, saying)
    const now = new Date(ports.clock.wallMs())
    const seq = await insertLine(trx, { channelId, authorId, ...words, now })
    if (seq === undefined) throw closed()
    const stored = { channelId, seq, authorId, ...words, createdAt: now }
    const line = toLive({ ...stored, editedAt: null, deletedAt: null })
    await emitLine(trx, ports.outbox, { type: 'line', line })
    return line
  })
}

/** Other words for an own line, for a while. */
export async function editLine(
  database: Database,
  ports: ChatPorts,
  edit: Saying & { readonly seq: number },
): Promise<LiveLine> {
  const words = prepare(ports, edit)
  return await database.transact(async (trx) => {
    const { channelId, seq, userId } = edit
    await findWritable(trx, ports, edit)
    const stored = await findOwnLine(trx, edit)
    const now = new Date(ports.clock.wallMs())
    if (stored.authorId !== userId) throw new AppError('forbidden', 'This line is not yours.')
    if (now.getTime() - stored.createdAt.getTime() > EDIT_MS_MAX) {
      throw new AppError('conflict', 'This line is too old to be changed.')
    }
    await updateText(trx, { channelId, seq, ...words, now })
    const line = toLive({ ...stored, ...words, editedAt: now })
    await emitLine(trx, ports.outbox, { type: 'line_edited', line })
    return line
  })
}

/** Takes a line from view: one's own, or any as a moderator. Twice is once. How it was before. */
export async function deleteLine(
  trx: Trx,
  ports: Pick<ChatPorts, 'clock' | 'outbox'>,
  wish: {
    readonly channelId: string
    readonly seq: number
    readonly userId: string
    readonly isModerator: boolean
  },
): Promise<LiveLine> {
  if (!wish.isModerator) await findReadable(trx, wish)
  const stored = await lockLine(trx, wish.channelId, wish.seq)
  if (stored === undefined) throw new AppError('not_found', 'There is no such line.')
  if (stored.authorId !== wish.userId && !wish.isModerator) {
    throw new AppError('forbidden', 'This line is not yours.')
  }
  if (stored.deletedAt !== null) return toLive(stored)
  const now = new Date(ports.clock.wallMs())
  await markDeleted(trx, { ...wish, now })
  const line = toLive({ ...stored, deletedAt: now })
  await emitLine(trx, ports.outbox, { type: 'line_deleted', line })
  return toLive(stored)
}

/** A page of what was said, in order; deleted lines and those of blocked users without words. */
export async function readLines(
  db: Db,
  ports: Pick<ChatPorts, 'blocks'>,
  wish: {
    readonly channelId: string
    readonly userId: string
    /** Lines after this number, oldest first in the channel. */
    readonly after?: number | undefined
    /** The lines just before this number; the newest when neither is given. */
    readonly before?: number | undefined
    readonly limit: number
  },
): Promise<LiveLine[]> {
  await findReadable(db, wish)
  const limit = Math.min(wish.limit, PAGE_LINES_MAX)
  const lines = await selectLines(db, { ...wish, limit })
  const blocked = new Set(await ports.blocks.listBlocked(db, wish.userId))
  return lines.map((stored) => {
    const line = toLive(stored)
    return line.authorId !== null && blocked.has(line.authorId) ? { ...line, text: null } : line
  })
}

/** A line as clients get it. */
export function toLive(stored: StoredLine): LiveLine {
  const { channelId, seq, authorId, text, createdAt, editedAt, deletedAt } = stored
  return {
    channelId,
    seq,
    authorId,
    text: deletedAt === null ? text : null,
    createdAt: createdAt.toISOString(),
    isEdited: editedAt !== null,
  }
}

/** The pace counts every try, also of lines that cannot be said. */
function prepare(
  ports: ChatPorts,
  { userId, text }: Saying,
): { readonly text: string; readonly original: string | null } {
  const pace = ports.rate.take(userId, ports.clock.monotonicMs())
  if (!pace.ok) {
    const retryAfterSec = Math.ceil(pace.retryAfterMs / 1000)
    throw new AppError('rate_limited', `You write too fast; go on in ${retryAfterSec} s.`, {
      retryAfterSec,
    })
  }
  const cleaned = cleanLine(text)
  if (!cleaned.ok) throw new AppError('invalid_request', REJECTIONS[cleaned.reason])
  const masked = ports.filter.mask(cleaned.text).text
  return { text: masked, original: masked === cleaned.text ? null : cleaned.text }
}

const REJECTIONS = {
  empty: 'The line is empty.',
  too_long: `A line has at most ${LINE_CHARS_MAX} characters and ${LINE_BYTES_MAX} bytes.`,
} as const

async function findWritable(trx: Trx, ports: ChatPorts, saying: Saying): Promise<ChannelOfUser> {
  const { userId } = saying
  const channel = await findReadable(trx, saying)
  if (channel.isClosed) throw closed()
  await refuseMuted(trx, ports, saying)
  const otherId = otherOfDirect(channel, userId)
  if (otherId !== undefined) await ports.blocks.refuseWriting(trx, { userId, otherId })
  return channel
}

async function findOwnLine(
  trx: Trx,
  wish: { readonly channelId: string; readonly seq: number },
): Promise<StoredLine> {
  const stored = await lockLine(trx, wish.channelId, wish.seq)
  if (stored !== undefined && stored.deletedAt === null) return stored
  throw new AppError('not_found', 'There is no such line.')
}

function closed(): AppError {
  return new AppError('conflict', 'This channel is closed.')
}
