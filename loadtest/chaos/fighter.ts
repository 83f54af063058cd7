/**
 * A client that knows the whole wire: joins by hand, decodes every snapshot, sends whatever input
 * frames a cheat wants, honest ones included. Keeps a row per frame for the checks of group E.
 */
import { encodeInputs, createCommand } from '@battalion/wire/input-codec.ts'
import { BYTES_INPUT, BYTES_SNAPSHOT } from '@battalion/wire/messages.ts'
import type { Command } from '@battalion/sim/commands.ts'
import type { Balance, BattleMap } from '@battalion/sim/balance.ts'
import { SnapshotDecoder } from '@battalion/wire/snapshot-decoder.ts'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import { assertDefined } from '@battalion/base/assert.ts'
import { findMessageNumber, readMessageName, RoomCode } from '../bots/lean-protocol.ts'
import { createClientFrame, Opcode } from '../bots/web-socket-frames.ts'
import { openSeat, type BattleUser, type Joined, type Seat } from './battle-user.ts'
import type { Target } from './raw-link.ts'

/** What one frame said of the own soldier. */
export interface OwnRow {
  readonly tick: number
  readonly x: number
  readonly z: number
  readonly state: number
  readonly life: number
  readonly slot: number
  readonly magazine: number
  readonly reserve: number
  readonly ackSeq: number
}

export class Fighter {
  readonly balance: Balance = loadShippedBalance()
  readonly map: BattleMap
  readonly decoder: SnapshotDecoder
  readonly rows: OwnRow[] = []
  netId = -1
  faults = 0
  /** Every payload byte received, for searching. */
  readonly payloads: Buffer[] = []
  /** Called after each decoded frame. */
  onSnapshot: () => void = () => undefined
  keepsPayloads = false
  #joined: Joined | undefined
  #seq = 0

  constructor(mapId = 'front') {
    const map = this.balance.maps.find(({ id }) => id === mapId)
    this.map = assertDefined(map, 'the map is shipped')
    this.decoder = new SnapshotDecoder(this.map)
  }

  get joined(): Joined {
    return assertDefined(this.#joined, 'the fighter has joined')
  }

  async join(
    target: Target,
    user: BattleUser,
    seat: Seat,
    query: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const onMessage = (payload: Buffer) => this.#onMessage(payload)
    this.#joined = await openSeat(target, user, seat, { onMessage, query })
  }

  /** Sends commands; `seq` counts up unless given. */
  sendCommands(commands: readonly Partial<Command>[]): void {
    const whole = commands.map((command) => {
      this.#seq = (this.#seq + 1) & 0xffff
      const viewTime = (this.decoder.tick * 8 - 16) & 0xffff
      return { ...createCommand(), seq: this.#seq, viewTime, ...command }
    })
    const frame = new Uint8Array(3 + 12 * whole.length)
    frame[0] = RoomCode.bytes
    frame[1] = BYTES_INPUT
    encodeInputs(whole, frame, 2)
    this.sendRaw(frame)
  }

  sendRaw(payload: Uint8Array): void {
    this.joined.link.write(createClientFrame(Opcode.binary, payload))
  }

  #onMessage(payload: Buffer): void {
    if (this.keepsPayloads) this.payloads.push(Buffer.from(payload))
    if (payload[0] === RoomCode.data && readMessageName(payload) === 'welcome') {
      this.netId = findMessageNumber(payload, 'netId') ?? -1
      const tickAt = findTick(payload)
      this.decoder.reset(this.map, tickAt)
    }
    if (payload[0] !== RoomCode.bytes || payload[1] !== BYTES_SNAPSHOT) return
    if (!this.decoder.apply(payload.subarray(2)).ok) this.faults++
    const { own, tick } = this.decoder
    const { x, z, state, life, ackSeq, magazine, reserve } = own
    this.rows.push({ tick, x, z, state, life, slot: own.slot, magazine, reserve, ackSeq })
    this.onSnapshot()
  }
}

/** `tick` of a welcome: msgpack numbers up to 32 bits. */
function findTick(payload: Buffer): number {
  const at = payload.indexOf('\xa4tick', 0, 'latin1')
  if (at < 0) return 0
  const start = at + 5
  const head = payload[start] ?? 0
  if (head < 0x80) return head
  if (head === 0xcc) return payload[start + 1] ?? 0
  if (head === 0xcd) return payload.readUInt16BE(start + 1)
  return head === 0xce ? payload.readUInt32BE(start + 1) : 0
}
