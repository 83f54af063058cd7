/**
 * A world as bytes: hashing, saving, restoring. All of it is a walk over or a copy of the arena
 * (world.ts); events are a step's output and not part of it. Bytes are little-endian, as typed
 * arrays are on every machine Node and browsers run on.
 */
import { assert } from '@battalion/base/assert.ts'
import type { Balance } from './balance.ts'
import { BattleWorld } from './create-world.ts'
import type { World } from './world.ts'

/** Raised with every change of the arena's layout; older saves are refused. */
const SAVE_FORMAT_VERSION = 1
const SAVE_MAGIC = 0x4c545442
/** Words of the header: magic, version, mode, map, seed, soldiersMax, arena bytes, balance mark. */
const HEADER_WORDS = 8
const HEADER_BYTES = HEADER_WORDS * 4

/** Hash of the whole state: 64 bits as 16 hex digits. Equal states have equal hashes. */
export function hashWorld(world: World): string {
  const words = new Uint32Array(world.arena)
  let a = 0x9e3779b9 ^ world.seed
  let b = 0x85ebca6b ^ world.capacity
  assert(words.length % 2 === 0, 'the arena is walked two words at a time')
  for (let index = 0; index < words.length; index += 2) {
    a = Math.imul(a ^ words[index]!, 0x9e3779b1)
    b = Math.imul(b ^ words[index + 1]!, 0x85ebca6b)
    a ^= a >>> 15
    b ^= b >>> 13
  }
  a = Math.imul(a ^ (b >>> 16), 0xc2b2ae35)
  b = Math.imul(b ^ (a >>> 15), 0x27d4eb2f)
  return hexOfWord(a ^ (b >>> 14)) + hexOfWord(b ^ (a >>> 13))
}

function hexOfWord(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}

/** The world as bytes; `restoreWorld` with the same balance goes on exactly from here. */
export function saveWorld(world: World): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + world.arena.byteLength)
  const header = new Uint32Array(bytes.buffer, 0, HEADER_WORDS)
  header[0] = SAVE_MAGIC
  header[1] = SAVE_FORMAT_VERSION
  header[2] = world.modeIndex
  header[3] = world.mapIndex
  header[4] = world.seed
  header[5] = world.soldiersMax
  header[6] = world.arena.byteLength
  header[7] = markOfText(world.balance.version)
  bytes.set(new Uint8Array(world.arena), HEADER_BYTES)
  return bytes
}

/** The world that `saveWorld` wrote. The balance must be the one it was played with. */
export function restoreWorld(balance: Balance, bytes: Uint8Array): World {
  assert(bytes.length >= HEADER_BYTES, 'a saved world has a header')
  const header = new Uint32Array(bytes.slice(0, HEADER_BYTES).buffer)
  assert(header[0] === SAVE_MAGIC, 'these bytes are a saved world')
  assert(header[1] === SAVE_FORMAT_VERSION, 'the world was saved in this format')
  assert(header[7] === markOfText(balance.version), 'the world was saved with this balance')
  const world = new BattleWorld({
    balance,
    modeIndex: header[2]!,
    mapIndex: header[3]!,
    seed: header[4]!,
    capacity: header[5]!,
  })
  assert(header[6] === world.arena.byteLength, 'the saved arena has the size of this one')
  assert(bytes.length === HEADER_BYTES + world.arena.byteLength, 'the saved world is complete')
  new Uint8Array(world.arena).set(bytes.subarray(HEADER_BYTES))
  return world
}

/** FNV-1a of a text's code units. */
function markOfText(text: string): number {
  let mark = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    mark = Math.imul(mark ^ text.charCodeAt(index), 0x01000193)
  }
  return mark >>> 0
}
