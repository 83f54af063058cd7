/**
 * The last lines that one room logged, kept for operators who look into it. A logger that hands
 * everything on; lines of level `debug` are not kept. Fields are kept as they came: whoever shows
 * them scrubs them, as the real log does.
 */
import type { Clock } from '@battalion/base/clock.ts'
import type { LogFields, Logger } from './ports.ts'

/** Lines kept of one room; the oldest goes first. */
export const LOG_LINES_MAX = 200

/** A line as it is kept. */
export interface RoomLine {
  /** Counts the room's lines from 1. */
  readonly number: number
  /** Wall time (ms since 1970). */
  readonly atMs: number
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: LogFields
}

export class LogRing implements Logger {
  readonly #logger: Logger
  readonly #clock: Pick<Clock, 'wallMs'>
  readonly #lines: RoomLine[] = []
  #count = 0

  constructor(logger: Logger, clock: Pick<Clock, 'wallMs'>) {
    this.#logger = logger
    this.#clock = clock
  }

  debug(fields: LogFields, message: string): void {
    this.#logger.debug(fields, message)
  }

  info(fields: LogFields, message: string): void {
    this.#keep('info', fields, message)
    this.#logger.info(fields, message)
  }

  warn(fields: LogFields, message: string): void {
    this.#keep('warn', fields, message)
    this.#logger.warn(fields, message)
  }

  error(fields: LogFields, message: string): void {
    this.#keep('error', fields, message)
    this.#logger.error(fields, message)
  }

  /** Lines after this number, oldest first. */
  linesAfter(number: number): RoomLine[] {
    return this.#lines.filter((line) => line.number > number)
  }

  #keep(level: RoomLine['level'], fields: LogFields, message: string): void {
    this.#count++
    this.#lines.push({ number: this.#count, atMs: this.#clock.wallMs(), level, message, fields })
    if (this.#lines.length > LOG_LINES_MAX) this.#lines.shift()
  }
}
