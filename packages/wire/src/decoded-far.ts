/**
 * The far tier: where soldiers of the own team (of all teams for spectators) are, on a grid of 256
 * × 256 squares over the map, told slice by slice. A net id that is also in sight is better known
 * there. Columns by net id; removed when its slice is told without it.
 */
import { SOLDIERS_MAX, TEAMS_MAX } from '@battalion/sim/limits.ts'
import { TEAM_NONE } from '@battalion/sim/world.ts'
import type { ByteReader } from './byte-reader.ts'
import { FAR_SLICE_IDS } from './wire-limits.ts'

/** Squares along each axis of the map. */
const FAR_STEPS = 256

export class DecodedFar {
  /** Team of a soldier that the far tier knows, 255 = not known. */
  readonly team = new Uint8Array(SOLDIERS_MAX).fill(TEAM_NONE)
  /** Centre of the square (m). */
  readonly x = new Float32Array(SOLDIERS_MAX)
  readonly z = new Float32Array(SOLDIERS_MAX)
  /** As on the wire. */
  readonly squareX = new Uint8Array(SOLDIERS_MAX)
  readonly squareZ = new Uint8Array(SOLDIERS_MAX)
  /** Net ids known, rows 0..count-1, in no order. */
  readonly ids = new Uint16Array(SOLDIERS_MAX)
  count = 0
  #squareWidthMetres: number
  #squareDepthMetres: number
  readonly #rowOf = new Uint16Array(SOLDIERS_MAX)

  constructor(widthMetres: number, depthMetres: number) {
    this.#squareWidthMetres = widthMetres / FAR_STEPS
    this.#squareDepthMetres = depthMetres / FAR_STEPS
  }

  /** Forgets everybody; the next battle may have another map. */
  reset(widthMetres: number, depthMetres: number): void {
    while (this.count > 0) this.#remove(this.ids[this.count - 1]!)
    this.#squareWidthMetres = widthMetres / FAR_STEPS
    this.#squareDepthMetres = depthMetres / FAR_STEPS
  }

  /** Reads all lists of a frame; false when one names a team or slice that cannot be. */
  read(reader: ByteReader): boolean {
    const lists = reader.u8()
    if (lists > TEAMS_MAX) return false
    for (let list = 0; list < lists; list++) {
      const team = reader.u8()
      const first = reader.u8() * FAR_SLICE_IDS
      if (team >= TEAMS_MAX || first + FAR_SLICE_IDS > SOLDIERS_MAX) return false
      this.#readSlice(reader, team, first)
      if (reader.failed) return true
    }
    return true
  }

  #readSlice(reader: ByteReader, team: number, first: number): void {
    const present = reader.u16() | (reader.u16() << 16)
    for (let bit = 0; bit < FAR_SLICE_IDS; bit++) {
      const netId = first + bit
      if (((present >>> bit) & 1) === 0) {
        if (this.team[netId] === team) this.#remove(netId)
        continue
      }
      const squareX = reader.u8()
      const squareZ = reader.u8()
      if (reader.failed) return
      this.#put(netId, team)
      this.squareX[netId] = squareX
      this.squareZ[netId] = squareZ
      this.x[netId] = (squareX + 0.5) * this.#squareWidthMetres
      this.z[netId] = (squareZ + 0.5) * this.#squareDepthMetres
    }
  }

  #put(netId: number, team: number): void {
    if (this.team[netId] === TEAM_NONE) {
      this.#rowOf[netId] = this.count
      this.ids[this.count++] = netId
    }
    this.team[netId] = team
  }

  #remove(netId: number): void {
    this.team[netId] = TEAM_NONE
    const row = this.#rowOf[netId]!
    const last = this.ids[--this.count]!
    this.ids[row] = last
    this.#rowOf[last] = row
  }
}
