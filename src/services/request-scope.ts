/**
 * The request that the running code is part of, by id (OBS-2): from the HTTP edge through log
 * lines, outbox rows and jobs to whoever takes those up, also in another process and later. Carried
 * by AsyncLocalStorage, so that nobody hands it on by hand and nobody forgets to.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

const requests = new AsyncLocalStorage<string>()

/** Header of requests and answers, and key of an event's headers. */
export const REQUEST_ID_HEADER = 'x-request-id'
export const REQUEST_ID_KEY = 'requestId'

/** What a caller may name his request: nothing that could break a log line or fill it. */
const ID_SHAPE = /^[\w-]{8,64}$/

/** Runs `work` as part of a request; as part of none where there is no id. */
export function withRequest<T>(requestId: string | null | undefined, work: () => T): T {
  if (requestId === undefined || requestId === null) return requests.exit(work)
  return requests.run(requestId, work)
}

/** The id of the request around the caller; undefined outside of any. */
export function findRequestId(): string | undefined {
  return requests.getStore()
}

/** The caller's own id where it is one, else undefined. */
export function readRequestId(given: string | undefined): string | undefined {
  return given !== undefined && ID_SHAPE.test(given) ? given : undefined
}
