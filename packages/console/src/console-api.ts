/**
 * The console's calls: the typed client with the cookie that the browser keeps and the CSRF header
 * that signing in answered. No token is ever in the hands of the page.
 */
import { createApiClient } from '@battalion/client/api-client.ts'
import type { ApiClient } from '@battalion/client/api-client.ts'
import { ApiError } from '@battalion/client/api-error.ts'
import type { ConsoleSession } from '@battalion/client/api-types.ts'

export type Session = ConsoleSession

/** Calls of a page nobody is signed in to. */
export function openApi(): ApiClient {
  return createApiClient({ baseUrl: globalThis.location.origin })
}

/** Calls of an operator. */
export function operatorApi({ csrfToken }: Session): ApiClient {
  const headers = { 'x-csrf-token': csrfToken }
  return createApiClient({ baseUrl: globalThis.location.origin, headers })
}

/** Who is signed in; undefined when nobody is. */
export async function findSession(): Promise<Session | undefined> {
  try {
    return await openApi().get('/v1/admin/session')
  } catch (error) {
    if (error instanceof ApiError && error.code === 'unauthenticated') return undefined
    throw error
  }
}

/** True when the session is over and signing in again is what helps. */
export function isOver(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'unauthenticated'
}

/** What to show for whatever was thrown. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : 'Something went wrong.'
}
