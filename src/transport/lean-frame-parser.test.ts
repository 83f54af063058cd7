/**
 * The parser of TRANSPORT=lean against everything a client can write: each refusal, every way of
 * cutting a stream, random streams side by side with the receiver of `ws`, which knows no less.
 */
import { strict as assert } from 'node:assert'
import type { EventEmitter } from 'node:events'
import { describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createPrng } from '@battalion/base/prng.ts'
import * as ws from 'ws'
import { WS_LIMITS } from './choose-transport.ts'
import { HEAD_BYTES_MAX, LeanFrameParser } from './lean-frame-parser.ts'
import {
  RecordingSink,
  below,
  clientClose,
  clientFrame,
  hostileFrame,
  randomChunks,
  randomPayload,
  validStream,
} from './testing/client-frames.ts'

const LIMITS = { messageBytesMax: 2048, fragmentsMax: 16, piecesMax: 64 }
const NO_PIECE_LIMIT = { ...LIMITS, piecesMax: 1_000_000 }
/** What one connection may keep: a message in fragments and one frame under way. */
const KEPT_BYTES_MAX = 2 * LIMITS.messageBytesMax + HEAD_BYTES_MAX

function parse(chunks: readonly Buffer[], limits = LIMITS): string[] {
  const sink = new RecordingSink()
  const parser = new LeanFrameParser(sink, limits)
  for (const chunk of chunks) {
    parser.push(Buffer.from(chunk))
    assert.ok(parser.keptBytes <= KEPT_BYTES_MAX, 'what is kept is bounded')
  }
  return sink.events
}

const bytes = (...values: number[]) => Buffer.from(values)
const part = (opcode: number, isFinal: boolean, length: number) =>
  clientFrame({ opcode, isFinal, payload: Buffer.alloc(length) })
const parts = (count: number, length: number) => [
  part(2, false, length),
  ...Array.from({ length: count - 2 }, () => part(0, false, length)),
  part(0, true, length),
]
const binary = (payload: Uint8Array) => clientFrame({ opcode: 2, payload })

describe('lean frame parser', () => {
  it('reads messages, pings, pongs and a close', () => {
    const stream = [
      binary(bytes(1, 2, 3)),
      clientFrame({ opcode: 1, payload: Buffer.from('é') }),
      clientFrame({ opcode: 9, payload: bytes(7) }),
      clientFrame({ opcode: 10 }),
      clientClose(4000, 'bye'),
      binary(bytes(9)),
    ]
    const events = ['binary 010203', 'text c3a9', 'ping 07', 'pong', 'close 4000 627965']
    assert.deepEqual(parse([Buffer.concat(stream)]), events)
    assert.deepEqual(parse([clientFrame({ opcode: 8 })]), ['close 1005 '])
  })

  it('unmasks every length from 0 to 300 and at every offset in its chunk', () => {
    const prng = createPrng(1)
    for (let length = 0; length <= 300; length++) {
      const payload = randomPayload(prng, length)
      const mask = [length & 255, 3, 0, 255] as const
      const frame = clientFrame({ opcode: 2, payload, mask })
      const before = clientFrame({ opcode: 9, payload: bytes(...Array(length % 5).fill(0)) })
      assert.equal(parse([Buffer.concat([before, frame])])[1], `binary ${payload.toString('hex')}`)
    }
  })

  it('takes lengths at the edges of their 7, 16 and 64 bits, in any form', () => {
    const limits = { ...LIMITS, messageBytesMax: 70_000 }
    for (const length of [0, 1, 125, 126, 127, 65_534, 65_535, 65_536, 70_000]) {
      for (const lengthBits of [7, 16, 64] as const) {
        if (lengthBits === 7 && length > 125) continue
        if (lengthBits === 16 && length > 65_535) continue
        const payload = Buffer.alloc(length, 0x5a)
        const stream = clientFrame({ opcode: 2, payload, lengthBits })
        const sink = new RecordingSink()
        new LeanFrameParser(sink, limits).push(stream)
        assert.deepEqual(sink.events, [`binary ${payload.toString('hex')}`])
      }
    }
  })

  it('a frame whole in one chunk is handed on without a copy, one in two is not kept in full', () => {
    const chunk = binary(bytes(1, 2, 3))
    let isView = false
    const sink = new RecordingSink()
    sink.receiveMessage = (payload) => (isView = payload.buffer === chunk.buffer)
    const parser = new LeanFrameParser(sink, LIMITS)
    parser.push(chunk)
    assert.equal(isView, true)
    assert.equal(parser.keptBytes, 0)
  })
})

describe('lean frame parser: refusals', () => {
  const refusals: readonly [what: string, stream: Buffer, closeCode: number][] = [
    ['an unmasked frame', clientFrame({ opcode: 2, isMasked: false }), 1002],
    ['RSV1', clientFrame({ opcode: 2, reservedBits: 4 }), 1002],
    ['RSV2', clientFrame({ opcode: 2, reservedBits: 2 }), 1002],
    ['RSV3', clientFrame({ opcode: 9, reservedBits: 1 }), 1002],
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(
      (opcode) => [`opcode ${opcode}`, clientFrame({ opcode }), 1002] as [string, Buffer, number],
    ),
    ['a continuation of nothing', clientFrame({ opcode: 0 }), 1002],
    ['a ping in fragments', clientFrame({ opcode: 9, isFinal: false }), 1002],
    ['a close in fragments', clientFrame({ opcode: 8, isFinal: false }), 1002],
    ['a ping of 126 bytes', clientFrame({ opcode: 9, payload: Buffer.alloc(126) }), 1002],
    ['a ping of 64-bit length', clientFrame({ opcode: 9, lengthBits: 64 }), 1002],
    ['a close of one byte', clientFrame({ opcode: 8, payload: bytes(3) }), 1002],
    ['text that is not UTF-8', clientFrame({ opcode: 1, payload: bytes(0xff) }), 1007],
    ['a surrogate in text', clientFrame({ opcode: 1, payload: bytes(0xed, 0xa0, 0x80) }), 1007],
    ['a close reason that is not UTF-8', clientClose(1000, bytes(0xc3)), 1007],
    ['2,049 bytes', binary(Buffer.alloc(2049)), 1009],
  ]
  for (const [what, stream, closeCode] of refusals) {
    it(`[A-01] refuses ${what} with ${closeCode}, however it is cut`, () => {
      const expected = [`violation ${closeCode}`]
      assert.deepEqual(parse([stream, binary(bytes(1))]), expected)
      const single = Array.from(stream, (byte) => bytes(byte))
      assert.deepEqual(parse(single, NO_PIECE_LIMIT), expected)
    })
  }

  it('[A-09] refuses every close code that may not be sent and takes all others', () => {
    for (let code = 0; code <= 5100; code++) {
      const isOpen = (code >= 1000 && code <= 1014) || (code >= 3000 && code <= 4999)
      const isAllowed = isOpen && ![1004, 1005, 1006].includes(code)
      const expected = isAllowed ? `close ${code} ` : 'violation 1002'
      assert.deepEqual(parse([clientClose(code)]), [expected])
    }
  })

  it('[A-03] judges a length by its declaration, before a byte of the payload is there', () => {
    for (const declaredBytes of [2049n, 65_535n, 65_536n, 1n << 30n, 1n << 53n, (1n << 64n) - 1n]) {
      const sink = new RecordingSink()
      const parser = new LeanFrameParser(sink, LIMITS)
      const head = clientFrame({ opcode: 2, declaredBytes })
      parser.push(head.subarray(0, declaredBytes > 0xffffn ? 10 : 4))
      assert.deepEqual(sink.events, ['violation 1009'])
      assert.equal(parser.keptBytes, 0)
    }
  })

  it('refuses a new message inside another, pings inside are fine', () => {
    const start = clientFrame({ opcode: 2, isFinal: false, payload: bytes(1) })
    const ping = clientFrame({ opcode: 9 })
    const end = clientFrame({ opcode: 0, payload: bytes(2) })
    assert.deepEqual(parse([start, ping, end]), ['ping ', 'binary 0102'])
    for (const opcode of [1, 2]) {
      assert.deepEqual(parse([start, clientFrame({ opcode })]), ['violation 1002'])
    }
  })

  it('[A-01] takes 16 fragments and 2,048 bytes of them, no more', () => {
    assert.equal(parse(parts(16, 128))[0]!.length, 'binary '.length + 2 * 2048)
    assert.deepEqual(parse(parts(17, 1)), ['violation 1008'])
    assert.deepEqual(parse(parts(17, 0)), ['violation 1008'])
    assert.deepEqual(parse(parts(16, 129)), ['violation 1009'])
    assert.deepEqual(parse(parts(2, 2047)), ['violation 1009'])
  })

  it('[A-01] a frame that trickles in by more than 64 chunks is refused, the count is per frame', () => {
    const long = Array.from(binary(Buffer.alloc(100)), (byte) => bytes(byte))
    assert.deepEqual(parse(long), ['violation 1008'])
    const short = Array.from(binary(Buffer.alloc(50)), (byte) => bytes(byte))
    assert.equal(parse([...short, ...short, ...short]).length, 3)
  })

  it('reads nothing after it was stopped', () => {
    const sink = new RecordingSink()
    const parser = new LeanFrameParser(sink, LIMITS)
    sink.receiveMessage = () => parser.stop()
    parser.push(Buffer.concat([binary(bytes(1)), clientFrame({ opcode: 9 }), bytes(0xff, 0xff)]))
    parser.push(clientFrame({ opcode: 9 }))
    assert.deepEqual(sink.events, [])
  })
})

describe('lean frame parser: any chunking', () => {
  for (let seed = 1; seed <= 8; seed++) {
    it(`any cut of a valid stream yields the same messages (seed ${seed})`, () => {
      const prng = createPrng(seed)
      for (let round = 0; round < 12; round++) {
        const stream = validStream(prng, 30)
        const whole = parse([stream], NO_PIECE_LIMIT)
        assert.ok(whole.length >= 30)
        assert.ok(whole.every((event) => !event.startsWith('violation')))
        for (const bytesMax of [1, 2, 7, 200, 3000]) {
          const chunks = randomChunks(prng, stream, bytesMax)
          assert.deepEqual(parse(chunks, NO_PIECE_LIMIT), whole)
        }
      }
    })
  }

  it('a stream that ends at any byte yields the messages before it, and no complaint', () => {
    const stream = validStream(createPrng(99), 12)
    const whole = parse([stream], NO_PIECE_LIMIT)
    for (let end = 0; end <= stream.byteLength; end++) {
      const events = parse([stream.subarray(0, end)], NO_PIECE_LIMIT)
      assert.deepEqual(events, whole.slice(0, events.length))
    }
  })

  it('cut in two anywhere it yields the same', () => {
    const stream = validStream(createPrng(98), 12)
    const whole = parse([stream], NO_PIECE_LIMIT)
    for (let cut = 0; cut <= stream.byteLength; cut++) {
      const halves = [stream.subarray(0, cut), stream.subarray(cut)]
      assert.deepEqual(parse(halves, NO_PIECE_LIMIT), whole)
    }
  })
})

interface WsReceiver extends EventEmitter {
  write(chunk: Buffer): void
}

/** The same stream through the receiver of `ws`, in the words of {@link RecordingSink}. */
async function parseByWs(chunks: readonly Buffer[]): Promise<string[]> {
  const Receiver = Reflect.get(ws, 'Receiver') as new (options: object) => WsReceiver
  const { maxPayload, maxFragments } = WS_LIMITS
  const receiver = new Receiver({ isServer: true, maxPayload, maxFragments })
  const events: string[] = []
  let isOver = false
  receiver.on('message', (data: Buffer, isBinary: boolean) => {
    events.push(`${isBinary ? 'binary' : 'text'} ${data.toString('hex')}`)
  })
  receiver.on('ping', (data: Buffer) => events.push(`ping ${data.toString('hex')}`))
  receiver.on('pong', () => events.push('pong'))
  receiver.on('conclude', (code: number, reason: Buffer) => {
    isOver = true
    events.push(`close ${code} ${reason.toString('hex')}`)
  })
  receiver.on('error', (error: object) => {
    isOver = true
    const [status] = Object.getOwnPropertySymbols(error)
    events.push(`violation ${String(Reflect.get(error, status!))}`)
  })
  for (const chunk of chunks) {
    if (isOver) break
    receiver.write(Buffer.from(chunk))
  }
  await nextTurn()
  return events
}

describe('lean frame parser: beside ws', () => {
  for (let seed = 1; seed <= 6; seed++) {
    it(`[A-01] says what ws says of hostile streams (seed ${seed})`, async () => {
      const prng = createPrng(1000 + seed)
      let violations = 0
      for (let round = 0; round < 400; round++) {
        const frames = [validStream(prng, below(prng, 4))]
        for (let count = 1 + below(prng, 3); count > 0; count--) frames.push(hostileFrame(prng))
        frames.push(validStream(prng, 2))
        const chunks = randomChunks(prng, Buffer.concat(frames), 1 + below(prng, 4000))
        const events = parse(chunks, NO_PIECE_LIMIT)
        assert.deepEqual(events, await parseByWs(chunks))
        if (events.at(-1)?.startsWith('violation')) violations++
      }
      assert.ok(violations > 200, 'most streams are hostile')
    })
  }
})
