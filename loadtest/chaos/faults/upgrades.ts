/** who may upgrade from where, and that compression stays off. Small, over HTTP. */
import { joinBattle, seatPath, signIn, takeSeat } from '../battle-user.ts'
import { mustBeZero, mustHold, type Fault } from '../fault.ts'
import { RawLink, type Target } from '../raw-link.ts'

const ADDRESS = '127.27.0.1'
const NOBODY = '/process/room?sessionId=nobody'

async function askUpgrade(
  target: Target,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; answer: string }> {
  const link = new RawLink({ target, address: ADDRESS })
  const status = await link.upgrade(path, headers)
  const { answer } = link
  link.destroy()
  return { status, answer }
}

/** The row A-10. */
export const foreignOrigins: Fault = {
  id: 'A-10',
  title: 'an upgrade from a foreign page is refused, one without Origin is taken',
  group: 'A',
  isSmall: true,
  async run(lab) {
    const { target } = await lab.server()
    const foreign = ['https://foe.test', 'null', 'http://localhost.foe.test', 'http://LOCALHOST:1']
    const wrong = []
    for (const Origin of foreign) {
      const { status } = await askUpgrade(target, NOBODY, { Origin })
      if (status !== 403) wrong.push(Origin)
    }
    const none = await askUpgrade(target, NOBODY)
    const own = await askUpgrade(target, NOBODY, { Origin: 'http://localhost' })
    return [
      mustBeZero('A-10 foreign origins let in', wrong.length),
      mustHold('A-10 no Origin is taken (its token counts)', none.status === 101),
      mustHold('A-10 our own page is taken', own.status === 101),
    ]
  },
}

/** Request targets that are no seat: the first ended the process once. */
const ODD_TARGETS = [
  '*:99999999',
  '*@[',
  '*',
  '/',
  '//',
  '/%',
  '/a/b',
  '/a/b?sessionId=',
  '/a/b?sessionId=%00',
  `/a/b?sessionId=${'x'.repeat(3000)}`,
  'http://a:99999/a/b?sessionId=x',
  'http://[/a/b?sessionId=x',
]

/** The row A-12, and upgrades to addresses that are none. */
export const compression: Fault = {
  id: 'A-12',
  title: 'permessage-deflate stays off; addresses that are no seat are refused',
  group: 'A',
  isSmall: true,
  async run(lab) {
    const server = await lab.server()
    const { target } = server
    const user = await signIn(target, ADDRESS)
    const seat = await takeSeat(target, user)
    const offer = { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' }
    const { status, answer } = await askUpgrade(target, seatPath(seat, user.accessToken), offer)
    let taken = 0
    for (const odd of ODD_TARGETS) if ((await askUpgrade(target, odd)).status === 101) taken++
    const after = await joinBattle(target, '127.27.0.2')
    after.link.destroy()
    return [
      mustHold('A-12 the upgrade is taken', status === 101),
      mustHold('A-12 compression is not agreed', !/sec-websocket-extensions/i.test(answer)),
      mustBeZero('A-12 upgrades to no seat taken', taken),
      mustBeZero('A-12 process ends', server.exitedWith() === undefined ? 0 : 1),
    ]
  },
}
