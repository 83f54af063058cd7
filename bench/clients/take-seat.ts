/** How a client of each dialect gets its socket's address. */
import { createGuest, requestJson } from '@battalion/client/session.ts'
import { PROTOCOL_VERSION } from '@battalion/wire/protocol-version.ts'
import type { Dialect } from './crowd-talk.ts'

interface Seat {
  readonly roomId: string
  readonly sessionId: string
  readonly processId: string
}

/** An access token where the dialect has such; signing in is not part of a join's time. */
export async function signIn(dialect: Dialect, url: string, name: string): Promise<string> {
  if (dialect !== 'battle') return ''
  return (await createGuest(url, { name })).accessToken
}

/** The address of a socket that may join: a seat by real matchmaking where there is such. */
export async function takeSeat(dialect: Dialect, url: string, token: string): Promise<URL> {
  if (dialect === 'floor' || dialect === 'nengi') return new URL(`ws://${new URL(url).host}/`)
  const isOurs = dialect === 'battle'
  const wishes = isOurs ? { protocolVersion: PROTOCOL_VERSION } : {}
  return await takeRoomSeat({ url, token, room: isOurs ? 'battlefield' : 'bench', wishes })
}

/** The address of a socket for a room of this name. */
export async function takeRoomSeat(wanted: {
  readonly url: string
  readonly token: string
  readonly room: string
  readonly wishes: object
}): Promise<URL> {
  const { url, token, room, wishes } = wanted
  const { host } = new URL(url)
  const seat = (await requestJson(`${url}/matchmake/joinOrCreate/${room}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(wishes),
  })) as Seat
  const query = new URLSearchParams({ sessionId: seat.sessionId })
  if (token !== '') query.set('_authToken', token)
  return new URL(`ws://${host}/${seat.processId}/${seat.roomId}?${query.toString()}`)
}
