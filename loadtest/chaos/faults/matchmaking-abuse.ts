/** B-02 and B-03: too many requests, and bodies that are not requests. */
import { sumOf } from '../../metrics-text.ts'
import { percentileOf } from '../../metrics-text.ts'
import { signIn, type BattleUser } from '../battle-user.ts'
import { callHttp, type HttpAnswer } from '../call-http.ts'
import type { ChaosLab } from '../chaos-lab.ts'
import { figure, mustBeZero, mustHold, type Fault, type Figure } from '../fault.ts'
import { inLanes, pause } from '../rogue.ts'
import type { Target } from '../raw-link.ts'

const REQUESTS = 2000
const PER_USER = 60
const ROOMS_PER_USER = 2

function post(target: Target, user: BattleUser, body: string | Uint8Array, method = 'create') {
  return callHttp({
    target,
    address: user.address,
    path: `/matchmake/${method}/battlefield`,
    method: 'POST',
    headers: { authorization: `Bearer ${user.accessToken}` },
    body,
  })
}

async function runFlood(lab: ChaosLab): Promise<Figure[]> {
  const { target } = await lab.server()
  const user = await signIn(target, '127.31.0.1')
  const before = sumOf(await lab.metrics(), 'battalion_rooms')
  const answers: HttpAnswer[] = []
  const gapMs = lab.pick(28, 0)
  await inLanes(4, async () => {
    if (answers.length >= REQUESTS) return false
    const method = answers.length % 2 === 0 ? 'create' : 'joinOrCreate'
    answers.push(await post(target, user, '{}', method))
    await pause(4 * gapMs)
    return true
  })
  const passed = answers.filter(({ status }) => status === 200).length
  const tooMany = answers.filter(({ status }) => status === 429)
  const withoutTime = tooMany.filter(({ headers }) => !(Number(headers['retry-after']) > 0))
  const rooms = sumOf(await lab.metrics(), 'battalion_rooms') - before
  const others = answers.filter(({ status }) => status !== 200 && status !== 429 && status !== 503)
  return [
    figure('B-02 requests that passed', passed, 2 * PER_USER, { unit: 'requests' }),
    mustHold('B-02 some passed', passed > 0),
    mustBeZero('B-02 answered otherwise than 200, 429 or 503', others.length),
    mustBeZero('B-02 429 without Retry-After', withoutTime.length),
    figure('B-02 rooms of one user', rooms, ROOMS_PER_USER, { unit: 'rooms' }),
  ]
}

/** The row B-02. */
export const matchmakingFlood: Fault = {
  id: 'B-02',
  title: '2,000 matchmaking requests of one user: the limit passes, the rest is 429',
  group: 'B',
  isApart: true,
  isSmall: false,
  run: runFlood,
}

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

/** Bodies that are no request. */
const BODIES: readonly (string | Uint8Array)[] = [
  `{"name":"${'x'.repeat(8192)}"}`,
  'x'.repeat(8193),
  nested(9),
  nested(1000),
  '['.repeat(4000),
  '{"mode":"front","extra":1}',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"hasOwnProperty":1}',
  '{"toString":1}',
  'null',
  '[]',
  '[{}]',
  '"text"',
  '1e999',
  'NaN',
  '{"mode":null}',
  '{"mode":["front"]}',
  '{"mode":{"$gt":""}}',
  '{"spectate":"true"}',
  '{"protocolVersion":1e99}',
  '{"protocolVersion":-1}',
  '{"protocolVersion":1.5}',
  '{"mode":"../../etc/passwd"}',
  '{"map":"no-such-map"}',
  '{"mode":"\\u0000"}',
  '{"name":1}',
  '{',
  '{"a":1}{"b":2}',
  "{'a':1}",
  Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
  Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d, 0x7b]),
]

/** What only our own code or a library would say. */
const INNER_TEXT =
  /\bat \w+ \(|node_modules|zod|TypeError|SyntaxError|Unexpected token|JSON\.parse|\/src\/|ECONN|undefined/i
const ANSWER_MS_MAX = 20

async function runBodies(lab: ChaosLab): Promise<Figure[]> {
  const { target } = await lab.server()
  const tookMs: number[] = []
  let wrong = 0
  let leaked = 0
  for (const [index, body] of BODIES.entries()) {
    const user = await signIn(target, `127.31.1.${index + 1}`)
    for (const method of ['joinOrCreate', 'create', 'joinById', 'reconnect']) {
      const answer = await post(target, user, body, method)
      tookMs.push(answer.tookMs)
      if (answer.status < 400 || answer.status > 499) wrong++
      if (INNER_TEXT.test(answer.text)) leaked++
    }
    const guest = await callHttp({
      target,
      address: `127.31.2.${index + 1}`,
      path: '/v1/auth/guest',
      method: 'POST',
      body,
    })
    if (guest.status < 400 || guest.status > 499) wrong++
    if (INNER_TEXT.test(guest.text)) leaked++
  }
  return [
    figure('B-03 odd bodies', BODIES.length * 5, null, { unit: 'requests' }),
    mustBeZero('B-03 not answered 4xx', wrong),
    mustBeZero('B-03 inner text in an answer', leaked),
    figure('B-03 time to the answer p95', percentileOf(tookMs, 0.95), ANSWER_MS_MAX, {
      unit: 'ms',
    }),
  ]
}

/** The row B-03. */
export const oddBodies: Fault = {
  id: 'B-03',
  title: 'bodies too long, too deep, of wrong shape or with keys of meaning',
  group: 'B',
  isApart: true,
  isSmall: true,
  run: runBodies,
}
