/**
 * Requests an attacker sends to the public port, as bytes: upgrades to odd addresses with odd
 * headers and tokens, bodies that are none, methods and versions nobody has. Pure.
 */
import { nextBelow, type PrngState } from '@battalion/base/prng.ts'
import { randomBytes } from './hostile-sockets.ts'

/** What an attacker knows of a seat of his own. */
export interface OddSeat {
  /** `/process/room` */
  readonly path: string
  readonly sessionId: string
  readonly accessToken: string
}

const PATHS = ['*', '/', '//', '/%', '/%00', '/a/b', '/a/b/c', '/../..', '*:99999999', '*@[', '/?']
const HOSTS = ['localhost', '', 'a b', 'foe.test:99999', '[::1', 'x'.repeat(300)]
const NAMES = ['sessionId', 'reconnectionToken', '_authToken', 'skipHandshake', '__proto__', '']
const TARGETS = ['joinOrCreate/battlefield', 'joinById/x', 'reconnect/x', 'create/', 'x/y', '../z']
const METHODS = ['POST', 'GET', 'PUT', 'OPTIONS', 'HEAD', 'DELETE', 'TRACE', 'post', '']

function pick<T>(dice: PrngState, values: readonly T[]): T {
  return values[nextBelow(dice, values.length)]!
}

/** A value of a query or header, at its edges. */
function oddText(dice: PrngState): string {
  const texts = ['', '%00', '%', 'null', '__proto__', '..%2f..', '%F0%9F', `${2 ** 53}`]
  if (nextBelow(dice, 3) > 0) return pick(dice, texts)
  return randomBytes(dice, nextBelow(dice, 400)).toString('base64url')
}

/** An upgrade with one thing, or everything, odd; `seat` makes the rest right. */
export function oddUpgrade(dice: PrngState, seat: OddSeat): string {
  const query = new Map([
    ['sessionId', seat.sessionId],
    ['_authToken', seat.accessToken],
  ])
  const isSeat = nextBelow(dice, 2) === 0
  if (nextBelow(dice, 3) > 0) query.set(pick(dice, NAMES), oddText(dice))
  const search = [...query].map(([name, value]) => `${name}=${value}`).join('&')
  const path = isSeat ? `${seat.path}?${search}` : `${pick(dice, PATHS)}?${search}`
  const odd = nextBelow(dice, 8)
  const lines = [
    `${odd === 0 ? pick(dice, METHODS) : 'GET'} ${path} HTTP/1.${odd === 1 ? 0 : 1}`,
    `Host: ${odd === 2 ? pick(dice, HOSTS) : 'localhost'}`,
    `Upgrade: ${odd === 3 ? oddText(dice) : 'websocket'}`,
    `Connection: ${odd === 4 ? oddText(dice) : 'Upgrade'}`,
    `Sec-WebSocket-Version: ${odd === 5 ? nextBelow(dice, 256) : 13}`,
    `Sec-WebSocket-Key: ${randomBytes(dice, odd === 6 ? nextBelow(dice, 40) : 16).toString('base64')}`,
  ]
  if (odd === 7) lines.push(`Sec-WebSocket-Extensions: ${oddText(dice)}; ${oddText(dice)}`)
  if (nextBelow(dice, 4) === 0) lines.push(`X-Odd: ${oddText(dice)}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** A call with a body that is no request, or a request that is no call. */
export function oddCall(dice: PrngState, seat: OddSeat): string {
  const body = oddBody(dice)
  const path = nextBelow(dice, 2) === 0 ? '/v1/auth/guest' : `/matchmake/${pick(dice, TARGETS)}`
  const length = nextBelow(dice, 10) === 0 ? nextBelow(dice, 20_000) : body.length
  const type = nextBelow(dice, 8) === 0 ? oddText(dice) : 'application/json'
  const token = nextBelow(dice, 3) === 0 ? oddText(dice) : seat.accessToken
  return [
    `${nextBelow(dice, 10) === 0 ? pick(dice, METHODS) : 'POST'} ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    `Content-Type: ${type}`,
    `Authorization: Bearer ${token}`,
    `Content-Length: ${length}`,
    '',
    body,
  ].join('\r\n')
}

function oddBody(dice: PrngState): string {
  const depth = nextBelow(dice, 40)
  const bodies = [
    '',
    'null',
    '[]',
    '{',
    `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
    `{"reconnectionToken":"${oddText(dice)}"}`,
    `{"name":"${oddText(dice)}"}`,
    `{"mode":"${oddText(dice)}","spectate":${nextBelow(dice, 3)}}`,
    `{"${pick(dice, NAMES)}":{"polluted":1}}`,
    `{"protocolVersion":${pick(dice, ['1e999', '-1', '1.5', '"1"', 'NaN'])}}`,
    'x'.repeat(8100 + nextBelow(dice, 200)),
    randomBytes(dice, nextBelow(dice, 200)).toString('latin1'),
  ]
  return pick(dice, bodies)
}
