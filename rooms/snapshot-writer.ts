/**
 * Sends one snapshot to each viewer: one contiguous, pre-framed write per client and tick, in an
 * order that rotates so that nobody is always last. Who does not read is skipped and gets a
 * keyframe later; frames in flight are never overwritten (slab-ring.ts). A due schema patch leaves
 * in the same system call, encoded and framed once for all (engine.md 3, trap 3).
 */
import { assert } from '@battalion/base/assert.ts'
import { BYTES_SNAPSHOT } from '@battalion/wire/messages.ts'
import { SNAPSHOT_BYTES_MAX } from '@battalion/wire/wire-limits.ts'
import { Protocol } from '@colyseus/core'
import type { Client } from '@colyseus/core'
import type { BattleMatch } from './battle-match.ts'
import type { PatchTaker } from './copying-serializer.ts'
import type { Participant } from './participant.ts'
import type { RoomPorts } from './ports.ts'
import { SLAB_BYTES, SlabRing } from './slab-ring.ts'
import type { PendingSends } from './slab-ring.ts'

/** Bytes before each frame that the transport overwrites with the WebSocket header. */
const HEADER_SPARE_BYTES = 4
/** ROOM_DATA_BYTES and the message type. */
const FRAME_HEAD_BYTES = 2
const FRAME_BYTES_MAX = HEADER_SPARE_BYTES + FRAME_HEAD_BYTES + SNAPSHOT_BYTES_MAX

assert(FRAME_BYTES_MAX <= SLAB_BYTES, 'the largest frame fits a slab')

type WriterPorts = Pick<RoomPorts, 'limits' | 'metrics' | 'sockets'>

export interface SendRequest {
  readonly match: Pick<BattleMatch, 'world' | 'encoder' | 'queues'>
  /** Everybody whose `isReceiving` is true gets a frame. */
  readonly viewers: readonly Participant[]
  /** A schema patch that is due; goes behind the frames, in the same system call. */
  readonly patch: DuePatch | undefined
}

/** An encoded patch. */
export interface DuePatch {
  readonly bytes: Uint8Array
  /** The same as a whole message. */
  readonly tail: Uint8Array
  /** Who may have it and has it not yet. */
  readonly clients: Set<Client>
}

export class SnapshotWriter {
  readonly #ports: WriterPorts
  readonly #slabs = new SlabRing()
  readonly #pending: PendingSends[] = []
  #sendNumber = 0

  constructor(ports: WriterPorts) {
    this.#ports = ports
  }

  /** Buffers made so far (metric and tests). */
  get slabCount(): number {
    return this.#slabs.freshCount
  }

  /**
   * Has `patch` encode what is due; undefined when nothing changed. Comes before `encoder.encode`:
   * should it throw, no viewer has missed a send.
   */
  takePatch(patch: (taker: PatchTaker) => void): DuePatch | undefined {
    const taken: DuePatch[] = []
    patch((bytes, clients) => {
      const tail = this.#ports.sockets.frameTail(bytes)
      taken.push({ bytes, tail, clients: new Set(clients) })
    })
    return taken[0]
  }

  /** Sends to everybody; `encoder.encode()` has been called. */
  send(request: SendRequest): void {
    const { viewers, patch } = request
    this.#sendNumber++
    this.#findPending(viewers)
    this.#slabs.beginSend(this.#sendNumber, this.#pending)
    for (let turn = 0; turn < viewers.length; turn++) {
      const viewer = viewers[(turn + this.#sendNumber) % viewers.length]!
      if (viewer.isReceiving) this.#sendTo(viewer, request)
    }
    // Who got no frame: about to receive, or slow.
    if (patch !== undefined) sendPatch(patch.bytes, patch.clients)
  }

  /** A new connection has nothing in flight. */
  admit(viewer: Participant): void {
    viewer.drainedSend = this.#sendNumber
    viewer.writtenSend = this.#sendNumber
  }

  #findPending(viewers: readonly Participant[]): void {
    this.#pending.length = 0
    for (const viewer of viewers) {
      if (!viewer.isReceiving) continue
      viewer.bufferedBytes = this.#ports.sockets.bufferedBytes(viewer.owner)
      if (viewer.bufferedBytes === 0) {
        viewer.drainedSend = viewer.writtenSend
      } else if (viewer.writtenSend > viewer.drainedSend) {
        this.#pending.push({ from: viewer.drainedSend + 1, to: viewer.writtenSend })
      }
    }
  }

  #sendTo(participant: Participant, request: SendRequest): void {
    const { viewer, owner, netId } = participant
    const { world, encoder, queues } = request.match
    if (participant.bufferedBytes > this.#ports.limits.snapshotSkipBytes) {
      viewer.needKey = true
      this.#ports.metrics.patchSkipped('slow')
      return
    }
    if (!participant.isSpectator) {
      const { px, pz } = world.soldiers
      viewer.inputsWaiting = queues.waiting(netId)
      viewer.centreX = px[netId]!
      viewer.centreZ = pz[netId]!
    }
    this.#slabs.reserve(FRAME_BYTES_MAX)
    const { bytes, offset } = this.#slabs
    const start = offset + HEADER_SPARE_BYTES
    bytes[start] = Protocol.ROOM_DATA_BYTES
    bytes[start + 1] = BYTES_SNAPSHOT
    const end = encoder.compose(viewer, bytes, start + FRAME_HEAD_BYTES)
    assert(end <= offset + FRAME_BYTES_MAX, 'a snapshot keeps to its bound')
    this.#slabs.commit(end)
    this.#write(owner, start, request.patch)
    participant.writtenSend = this.#sendNumber
    this.#ports.metrics.snapshotBytes(end - start)
    this.#ports.metrics.entitiesSent(viewer.visibleCount)
  }

  #write(owner: Client, start: number, patch: DuePatch | undefined): void {
    const { bytes, offset: end } = this.#slabs
    if (patch === undefined || !patch.clients.delete(owner)) {
      this.#ports.sockets.writeFramed(owner, bytes, start, end)
    } else this.#ports.sockets.writeFramedWith(owner, { bytes, start, end }, patch.tail)
  }
}

/** Sends a patch by itself. */
export function sendPatch(bytes: Uint8Array, clients: Iterable<Client>): void {
  for (const client of clients) client.raw(bytes)
}
