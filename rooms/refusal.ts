/**
 * What a client is told when its join is refused at the socket. The close-code table of the error
 * vocabulary: a new error code does not compile until it has a row. Inner texts never leave here.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { ErrorCode } from '@battalion/base/app-error.ts'
import { CLOSE_CODES } from '@battalion/wire/close-codes.ts'
import type { CloseReason } from '@battalion/wire/close-codes.ts'
import { ErrorCode as ColyseusCode, ServerError } from '@colyseus/core'
import { cutCloseText } from './close-text.ts'

/** The close reason of each error, undefined where the stock code 4002 with a text must do. */
export const CLOSE_REASON_OF_ERROR: Readonly<Record<ErrorCode, CloseReason | undefined>> = {
  unauthenticated: 'unauthenticated',
  totp_required: undefined,
  forbidden: 'kicked',
  not_found: undefined,
  invalid_request: 'bad_frame',
  body_too_large: 'frame_too_large',
  conflict: undefined,
  request_in_progress: undefined,
  answer_lost: undefined,
  idempotency_key_reused: undefined,
  weak_password: undefined,
  rate_limited: 'flood',
  battle_full: undefined,
  overloaded: undefined,
  draining: 'draining',
  maintenance: undefined,
  unavailable: undefined,
  database_unavailable: undefined,
  internal: 'room_error',
}

/** Colyseus' own code for "closed with an error". */
const CLOSE_WITH_ERROR = 4002

export interface Refusal {
  readonly closeCode: number
  readonly closeText: string
  /** Metric label. */
  readonly result: string
  /** What the transport may tell the client: a fixed text. */
  readonly error: ServerError
}

/** How to turn away a join that failed with `error`. */
export function toRefusal(error: unknown): Refusal {
  const appError = findAppError(error)
  if (appError === undefined) return toStockRefusal(error)
  const reason = CLOSE_REASON_OF_ERROR[appError.code]
  const closeText = cutCloseText(`${appError.code}: ${appError.message}`)
  return {
    closeCode: reason === undefined ? CLOSE_WITH_ERROR : CLOSE_CODES[reason],
    closeText,
    result: appError.code,
    error: new ServerError(ColyseusCode.AUTH_FAILED, closeText),
  }
}

/** The AppError in a chain of causes, undefined when there is none. */
export function findAppError(error: unknown): AppError | undefined {
  let cause = error
  for (let depth = 0; depth < 4 && cause instanceof Error; depth++) {
    if (cause instanceof AppError) return cause
    cause = cause.cause
  }
  return undefined
}

/** Errors of Colyseus itself: the seat is gone, was used, waits for another token. */
function toStockRefusal(error: unknown): Refusal {
  const isSeatGone = error instanceof ServerError && error.code === ColyseusCode.MATCHMAKE_EXPIRED
  const closeText = isSeatGone ? 'The seat is gone; join again.' : 'Joining failed; join again.'
  const code = isSeatGone ? ColyseusCode.MATCHMAKE_EXPIRED : ColyseusCode.APPLICATION_ERROR
  return {
    closeCode: CLOSE_WITH_ERROR,
    closeText,
    result: isSeatGone ? 'seat_gone' : 'error',
    error: new ServerError(code, closeText),
  }
}
