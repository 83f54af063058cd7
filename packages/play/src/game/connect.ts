/**
 * From nothing to a battle: a token of whoever is signed in, then a seat as spectator or as
 * soldier. A refused token is renewed and asked with once more.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { joinBattle } from '@battalion/client/join-battle.ts'

import type { SessionKeeper } from '../session/session-keeper.ts'
import type { BattleSource } from './battle-source.ts'
import { ClientSource } from './client-source.ts'

export interface SeatRequest {
  readonly spectate: boolean
  readonly name?: string
  readonly classId?: string
  /** This battle and no other. */
  readonly roomId?: string
}

/** How the app comes to a battle; tests hand in another one. */
export type Connect = (request: SeatRequest) => Promise<BattleSource>

/** Connects to the server this page came from; `?mode=` and `?map=` choose the battle. */
export function createConnect(session: SessionKeeper): Connect {
  return (request) => withToken(session, (token) => connectOnce(token, request))
}

/** Runs with a token, and once more with another one when it is refused. */
export async function withToken<T>(
  session: SessionKeeper,
  run: (accessToken: string) => Promise<T>,
): Promise<T> {
  const token = await session.accessToken()
  try {
    return await run(token)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'unauthenticated') throw error
    session.distrust(token)
    return run(await session.accessToken())
  }
}

/** The battle that the page's address asks for. */
export function wishOfAddress(): { mode?: string; map?: string; region?: string } {
  const query = new URLSearchParams(location.search)
  return {
    ...optional('mode', query.get('mode') ?? undefined),
    ...optional('map', query.get('map') ?? undefined),
    ...optional('region', query.get('region') ?? undefined),
  }
}

async function connectOnce(accessToken: string, request: SeatRequest): Promise<BattleSource> {
  const client = await joinBattle({
    baseUrl: location.origin,
    accessToken,
    now: () => performance.now(),
    options: {
      spectate: request.spectate,
      ...optional('name', request.name),
      ...optional('classId', request.classId),
      ...(request.roomId === undefined ? wishOfAddress() : {}),
    },
    ...optional('roomId', request.roomId),
  })
  return new ClientSource(client)
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
