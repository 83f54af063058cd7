/**
 * From nothing to a battle: a guest's token (kept between visits), then a seat as spectator or as
 * soldier. A refused token is forgotten and asked for once more.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { joinBattle } from '@battalion/client/join-battle.ts'
import { createGuest } from '@battalion/client/session.ts'

import type { BattleSource } from './battle-source.ts'
import { ClientSource } from './client-source.ts'
import type { SessionStore } from './session-store.ts'

export interface SeatRequest {
  readonly spectate: boolean
  readonly name?: string
  readonly classId?: string
}

/** How the app comes to a battle; tests hand in another one. */
export type Connect = (request: SeatRequest) => Promise<BattleSource>

/** Connects to the server this page came from; `?mode=` and `?map=` choose the battle. */
export function createConnect(store: SessionStore): Connect {
  return async (request) => {
    try {
      return await connectOnce(store, request)
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unauthenticated') throw error
      store.forgetSession()
      return connectOnce(store, request)
    }
  }
}

async function connectOnce(store: SessionStore, request: SeatRequest): Promise<BattleSource> {
  const baseUrl = location.origin
  const query = new URLSearchParams(location.search)
  const client = await joinBattle({
    baseUrl,
    accessToken: await accessToken(store, baseUrl),
    now: () => performance.now(),
    options: {
      spectate: request.spectate,
      ...optional('name', request.name),
      ...optional('classId', request.classId),
      ...optional('mode', query.get('mode') ?? undefined),
      ...optional('map', query.get('map') ?? undefined),
      ...optional('region', query.get('region') ?? undefined),
    },
  })
  return new ClientSource(client)
}

async function accessToken(store: SessionStore, baseUrl: string): Promise<string> {
  const known = store.findSession(Date.now())
  if (known !== undefined) return known.accessToken
  const session = await createGuest(baseUrl)
  store.saveSession(session)
  return session.accessToken
}

function optional<Key extends string>(
  key: Key,
  value: string | undefined,
): { readonly [K in Key]?: string } {
  return (value === undefined || value === '' ? {} : { [key]: value }) as { [K in Key]?: string }
}

/** The sentence to show for whatever went wrong. */
export function failureText(error: unknown): string {
  if (error instanceof AppError) return error.message
  return 'The server cannot be reached.'
}
