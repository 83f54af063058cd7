/**
 * JSON lines to standard output (pino behind the rooms' Logger port). Every line is scrubbed of
 * tokens before it is written: by field name, and inside any text by shape [F-11]. Line ends inside
 * values are escaped by JSON, so a log line stays one line.
 */
import type { Clock } from '@battalion/base/clock.ts'
import { pino } from 'pino'

import type { LogFields, Logger } from '../../rooms/ports.ts'
import { scrubFields, scrubText } from './scrub.ts'

/** Where lines go and what stands on each. */
export interface LoggerOptions {
  readonly level: string
  readonly region: string
  readonly clock: Clock
  /** The request that the writing code is part of; its id stands on the line. */
  readonly findRequestId?: () => string | undefined
  /** Takes whole lines; standard output when absent. */
  readonly write?: (line: string) => void
}

/** A logger whose lines also carry `fields`. */
export interface AppLogger extends Logger {
  /** Writes what is buffered; for the last lines before an exit. */
  flush(): void
}

/** Makes the process's logger. */
export function createLogger(options: LoggerOptions): AppLogger {
  const destination =
    options.write === undefined ? pino.destination({ fd: 1, sync: true }) : { write: options.write }
  const lines = pino(
    {
      level: options.level,
      base: { process: process.pid, region: options.region },
      messageKey: 'msg',
      // Errors are already scrubbed objects; pino's own serializer would name them "Object".
      serializers: { err: (error: unknown) => error },
      mixin() {
        const requestId = options.findRequestId?.()
        return requestId === undefined ? {} : { requestId }
      },
      timestamp: () => `,"ts":"${new Date(options.clock.wallMs()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
  const line =
    (level: 'debug' | 'info' | 'warn' | 'error') => (fields: LogFields, message: string) => {
      if (lines.isLevelEnabled(level)) lines[level](scrubFields(fields), scrubText(message))
    }
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    flush: () => lines.flush(),
  }
}
