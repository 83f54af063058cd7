/**
 * Colyseus' schema serializer, but what it hands to sockets is never overwritten: the stock one
 * sends views of its own reused buffers, and a slow reader's queued frames turn into later ones
 * (engine.md 3, trap 1: of 250 patches to a paused client 153 were skipped or overwritten, 1 torn).
 * One copy per patch, shared by all clients. Same id, so stock clients see no difference.
 */
import { assert } from '@battalion/base/assert.ts'
import { ClientState, SchemaSerializer } from '@colyseus/core'
import type { Client, Room } from '@colyseus/core'
import { Encoder } from '@colyseus/schema'
import type { Schema } from '@colyseus/schema'
import { internalsOf } from './colyseus-internals.ts'

/** Largest full state without a second encoding: a roster of 2,000 with long names (bytes). */
const FULL_STATE_BYTES = 256 * 1024

Encoder.BUFFER_SIZE = FULL_STATE_BYTES

/** Asked before each patch: can `client` take it? false = it gets none, ever again. */
export type PatchFilter = (client: Client) => boolean

/** Takes a patch over, with who may have it, to send it to each of them now. */
export type PatchTaker = (patch: Uint8Array, clients: readonly Client[]) => void

export class CopyingSerializer<T extends Schema> extends SchemaSerializer<T> {
  /** Set while somebody else sends the patches. */
  taker: PatchTaker | undefined
  readonly #mayPatch: PatchFilter
  /** The stock full state last seen, and our copy of it. */
  #encoded: Uint8Array | undefined
  #fullState = Buffer.alloc(0)

  constructor(mayPatch: PatchFilter) {
    super()
    this.#mayPatch = mayPatch
  }

  /** One copy for everybody who joins between two patches: the stock one encodes once as well. */
  override getFullState(...args: Parameters<SchemaSerializer<T>['getFullState']>): Buffer {
    const encoded = super.getFullState(...args)
    if (encoded !== this.#encoded) {
      this.#encoded = encoded
      this.#fullState = Buffer.from(encoded)
    }
    return this.#fullState
  }

  override applyPatches(clients: Client[]): boolean {
    if (clients.length === 0) return super.applyPatches(clients)
    let patch: Buffer | undefined
    const catcher = {
      state: ClientState.JOINED,
      raw: (bytes: Uint8Array) => {
        patch = Buffer.from(bytes)
      },
    }
    const hasChanges = super.applyPatches([catcher as unknown as Client])
    if (patch === undefined) return hasChanges
    // A copy: who may not have it is cut off, and leaves the list.
    const takers = clients
      .slice()
      .filter((client) => client.state === ClientState.JOINED && this.#mayPatch(client))
    if (this.taker !== undefined) this.taker(patch, takers)
    else for (const client of takers) client.raw(patch)
    return hasChanges
  }
}

/** Patches a room's state; `taker` sends it. Called only when there is something to tell. */
export function patchInto(room: Room, taker: PatchTaker): void {
  const { _serializer: serializer } = internalsOf(room)
  assert(serializer instanceof CopyingSerializer, 'a room patches by our serializer')
  serializer.taker = taker
  try {
    room.broadcastPatch()
  } finally {
    serializer.taker = undefined
  }
}
