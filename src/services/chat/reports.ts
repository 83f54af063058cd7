/**
 * Reports of lines, with the evidence attached (SOC-4): the line and those around it are copied as
 * they were written, so that editing, deleting or pruning later takes nothing from a moderator.
 */
import { randomUUID } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'

import type { Trx } from '../../db/database.ts'
import { jsonText } from '../../db/json-text.ts'
import { emitModeration } from '../moderation-events.ts'
import { findReadable } from './channels.ts'
import type { ChatPorts } from './chat-ports.ts'
import { cleanLine } from './clean-line.ts'
import { selectAround } from './message-queries.ts'
import type { StoredLine } from './message-queries.ts'

/** Lines copied from before and after the reported one. */
export const EVIDENCE_BEFORE_COUNT = 10
export const EVIDENCE_AFTER_COUNT = 5

export const REPORT_REASONS = ['spam', 'insult', 'threat', 'hate', 'cheating', 'other'] as const
export type ReportReason = (typeof REPORT_REASONS)[number]

/** A line that somebody complains of. */
export interface NewReport {
  readonly reporterId: string
  readonly channelId: string
  readonly seq: number
  readonly reason: ReportReason
  /** In own words; may be empty. */
  readonly note: string
}

/** A copied line. */
export interface EvidenceLine {
  readonly seq: number
  readonly authorId: string | null
  /** As written, before the filter. */
  readonly text: string
  readonly createdAt: string
  readonly isEdited: boolean
  readonly isDeleted: boolean
}

/** Files a report; answers its id. The same line twice by one user is a `conflict`. */
export async function reportLine(
  trx: Trx,
  ports: Pick<ChatPorts, 'clock' | 'outbox'>,
  report: NewReport,
): Promise<string> {
  const { reporterId, channelId, seq, reason } = report
  const channel = await findReadable(trx, { channelId, userId: reporterId })
  const from = seq - EVIDENCE_BEFORE_COUNT
  const to = seq + EVIDENCE_AFTER_COUNT
  const around = await selectAround(trx, { channelId, from, to })
  const line = around.find((one) => one.seq === seq)
  if (line === undefined) throw new AppError('not_found', 'There is no such line.')
  if (line.authorId === reporterId) {
    throw new AppError('invalid_request', 'You cannot report your own line.')
  }
  const evidence = { kind: channel.kind, subject: channel.subject, lines: around.map(toEvidence) }
  const id = randomUUID()
  const inserted = await trx
    .insertInto('chat.reports')
    .values({
      id,
      reporter_id: reporterId,
      accused_id: line.authorId,
      channel_id: channelId,
      seq: BigInt(seq),
      reason,
      note: cleanNote(report.note),
      evidence: jsonText(evidence),
      created_at: new Date(ports.clock.wallMs()),
    })
    .onConflict((conflict) => conflict.columns(['reporter_id', 'channel_id', 'seq']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (inserted === undefined) throw new AppError('conflict', 'You reported this line already.')
  await emitModeration(trx, ports.outbox, { type: 'report.opened', reportId: id, reason })
  return id
}

/** A note in own words, as it is stored; `invalid_request` when it is too long. */
export function cleanNote(note: string): string {
  if (note.trim() === '') return ''
  const cleaned = cleanLine(note)
  if (cleaned.ok) return cleaned.text
  if (cleaned.reason === 'empty') return ''
  throw new AppError('invalid_request', 'The note is too long.')
}

function toEvidence(line: StoredLine): EvidenceLine {
  return {
    seq: line.seq,
    authorId: line.authorId,
    text: line.original ?? line.text,
    createdAt: line.createdAt.toISOString(),
    isEdited: line.editedAt !== null,
    isDeleted: line.deletedAt !== null,
  }
}
