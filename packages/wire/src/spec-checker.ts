/**
 * For tests: a second client, written from SPEC.md alone, with plain objects and no regard for
 * speed. It shares no code with the decoder (not its tables, not its reader), throws at anything
 * the page does not allow, and says everything it holds so that both can be compared to the last
 * bit.
 */

/** A soldier as the checker holds it, in wire units. */
export type CheckedSoldier = Record<string, number>

interface CheckedCell {
  readonly members: number[]
}

const OWN_NAMES = [
  ['state', 1],
  ['life', 1],
  ['hp', 1],
  ['armour', 1],
  ['slot', 1],
  ['magazine', 2],
  ['reserve', 2],
  ['reloadEndTick', 0],
  ['abilityReadyTick', 0],
  ['respawnTick', 0],
  ['protectedUntilTick', 0],
  ['downEndTick', 0],
  ['team', 1],
  ['squad', 1],
  ['classId', 1],
] as const

function refuse(why: string): never {
  throw new Error(`against SPEC.md: ${why}`)
}

function signedHalf(half: number): number {
  return half > 7 ? half - 16 : half
}

export class SpecChecker {
  readonly soldiers = new Map<number, CheckedSoldier>()
  readonly projectiles = new Map<number, CheckedSoldier>()
  readonly far = new Map<number, { team: number; x: number; z: number }>()
  readonly cells = new Map<number, CheckedCell>()
  readonly own: Record<string, number> = {}
  effects: Record<string, number>[] = []
  kills: number[][] = []
  marks: Record<string, number>[] = []
  tick: number
  centre = 0
  radius = 1
  isLost = true
  readonly #width: number
  readonly #depth: number
  readonly #cellsX: number
  readonly #cellsZ: number
  #view: DataView = new DataView(new ArrayBuffer(0))
  #at = 0

  constructor(width: number, depth: number, tick: number) {
    this.#width = width
    this.#depth = depth
    this.#cellsX = Math.ceil(width / 64)
    this.#cellsZ = Math.ceil(depth / 64)
    this.tick = tick
  }

  apply(bytes: Uint8Array): void {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#at = 0
    this.effects = []
    this.kills = []
    this.marks = []
    this.#readHead()
    this.#forgetOutside()
    const [x, z] = [this.centre % this.#cellsX, Math.floor(this.centre / this.#cellsX)]
    for (let cz = z - this.radius; cz <= z + this.radius; cz++) {
      for (let cx = x - this.radius; cx <= x + this.radius; cx++) {
        if (cx < 0 || cz < 0 || cx >= this.#cellsX || cz >= this.#cellsZ) continue
        this.#readCell(cz * this.#cellsX + cx)
      }
    }
    if (this.#at !== bytes.length) refuse('bytes left over')
  }

  #u8(): number {
    return this.#view.getUint8(this.#at++)
  }
  #i8(): number {
    return this.#view.getInt8(this.#at++)
  }
  #u16(): number {
    this.#at += 2
    return this.#view.getUint16(this.#at - 2, true)
  }
  #i16(): number {
    this.#at += 2
    return this.#view.getInt16(this.#at - 2, true)
  }
  #f32(): number {
    this.#at += 4
    return this.#view.getFloat32(this.#at - 4, true)
  }
  #varint(): number {
    const low = this.#u8()
    if (low < 128) return low
    const high = this.#u8()
    if (high < 1 || high > 127) refuse('a padded varint')
    return (low - 128) | (high << 7)
  }

  #readHead(): void {
    const low = this.#u16()
    const centre = this.#u16()
    const bits = this.#u8()
    const has = (bit: number): boolean => ((bits >> bit) & 1) === 1
    if (!has(0) && (bits & 0b11110) !== 0) refuse('a spectator with own figures')
    if ((centre & 0x7000) !== 0) refuse('spare bits of the centre')
    this.centre = centre & 0xfff
    this.radius = centre >= 0x8000 ? 2 : 1
    if (has(7)) {
      this.cells.clear()
      this.soldiers.clear()
      this.projectiles.clear()
      this.isLost = false
    }
    if (this.isLost) refuse('lost')
    const wraps = Math.round((this.tick - low) / 65536)
    this.tick = Math.max(0, wraps * 65536 + low)
    if (has(0)) this.own.inputsWaiting = this.#u8()
    this.own.hasAck = has(1) ? 1 : 0
    if (has(1)) this.own.ackSeq = this.#u16()
    if (has(2)) Object.assign(this.own, { x: this.#f32(), z: this.#f32() })
    if (has(3)) this.#readOwn()
    if (has(4)) this.#readMarks()
    if (has(5)) this.#readKills()
    if (has(6)) this.#readFar()
  }

  #readOwn(): void {
    const mask = this.#u16()
    if (mask >= 1 << OWN_NAMES.length) refuse('unknown own field')
    OWN_NAMES.forEach(([name, bytes], bit) => {
      if (((mask >> bit) & 1) === 0) return
      if (bytes !== 0) this.own[name] = bytes === 1 ? this.#u8() : this.#u16()
      else {
        const ticks = this.#u16()
        this.own[name] = ticks === 0 ? 0 : this.tick + ticks
      }
    })
  }

  #readMarks(): void {
    const count = this.#varint()
    if (count > 32) refuse('too many marks')
    for (let index = 0; index < count; index++) {
      const flags = this.#u8()
      if (flags > 15) refuse('unknown flag of a mark')
      const value = this.#u8()
      if ((flags & 1) === 1) this.marks.push({ flags, value, direction: this.#u8() * 256 })
      else this.marks.push({ flags, value, target: this.#u16() })
    }
  }

  #readKills(): void {
    const count = this.#varint()
    if (count > 256) refuse('too many kills')
    for (let index = 0; index < count; index++) {
      this.kills.push([this.#u16(), this.#u16(), this.#u8()])
    }
  }

  #readFar(): void {
    const lists = this.#u8()
    if (lists > 4) refuse('too many far lists')
    for (let list = 0; list < lists; list++) {
      const team = this.#u8()
      const slice = this.#u8()
      const present = this.#u16() + this.#u16() * 65536
      if (team > 3 || slice > 127) refuse('no such team or slice')
      for (let bit = 0; bit < 32; bit++) {
        const id = slice * 32 + bit
        if (Math.floor(present / 2 ** bit) % 2 === 1) {
          const x = ((this.#u8() + 0.5) * this.#width) / 256
          const z = ((this.#u8() + 0.5) * this.#depth) / 256
          this.far.set(id, { team, x, z })
        } else if (this.far.get(id)?.team === team) this.far.delete(id)
      }
    }
  }

  #forgetOutside(): void {
    for (const cell of this.cells.keys()) {
      const dx = Math.abs((cell % this.#cellsX) - (this.centre % this.#cellsX))
      const dz = Math.floor(cell / this.#cellsX) - Math.floor(this.centre / this.#cellsX)
      if (dx > this.radius || Math.abs(dz) > this.radius) this.#forgetCell(cell)
    }
  }

  #forgetCell(cell: number): void {
    this.cells.delete(cell)
    for (const [id, soldier] of this.soldiers) if (soldier.cell === cell) this.soldiers.delete(id)
    for (const [index, thing] of this.projectiles) {
      if (thing.cell === cell) this.projectiles.delete(index)
    }
  }

  #readCell(cell: number): void {
    const bits = this.#u8()
    const has = (bit: number): boolean => ((bits >> bit) & 1) === 1
    if (bits > 127) refuse('unknown bit of a cell')
    if (has(0)) {
      if (has(1) || has(3) || has(6)) refuse('a keyframe with changes')
      this.#forgetCell(cell)
      this.cells.set(cell, { members: [] })
    }
    const known = this.cells.get(cell) ?? refuse('a delta of an unknown cell')
    const witnesses = new Map<number, CheckedSoldier>()
    if (has(1)) this.#readLeaves(cell, known.members, witnesses)
    if (has(3)) this.#readUpdates(known.members)
    if (has(2)) this.#readEnters(cell, known.members)
    if (has(4)) this.#readEffects(known.members, witnesses)
    if (has(5)) this.#readProjectiles(cell)
    if (has(6)) this.#readGone(cell)
  }

  #readLeaves(cell: number, members: number[], witnesses: Map<number, CheckedSoldier>): void {
    const count = this.#varint()
    for (let index = 0; index < count; index++) {
      const row = this.#varint()
      const id = members[row] ?? refuse('no such row')
      const last = members.pop()!
      if (row < members.length) members[row] = last
      const soldier = this.soldiers.get(id)
      if (soldier?.cell !== cell) continue
      witnesses.set(id, soldier)
      this.soldiers.delete(id)
    }
  }

  #readUpdates(members: readonly number[]): void {
    const codes: number[] = []
    while (codes.length < members.length) {
      const both = this.#u8()
      codes.push(both & 15, both >> 4)
    }
    if (codes.length > members.length && codes.pop() !== 0) refuse('the spare half is not 0')
    codes.forEach((code, row) => this.#readChange(this.soldiers.get(members[row]!)!, code))
  }

  #readChange(soldier: CheckedSoldier, code: number): void {
    const place = code & 3
    if (place === 3) Object.assign(soldier, { x: this.#u16(), z: this.#u16() })
    if (place === 2) this.#shift(soldier, this.#i8(), this.#i8())
    if (place === 1) {
      const both = this.#u8()
      this.#shift(soldier, signedHalf(both % 16), signedHalf(both >> 4))
    }
    if ((code & 4) !== 0) soldier.yaw = this.#u8()
    if ((code & 8) !== 0) {
      const mask = this.#u8()
      if (mask > 7) refuse('unknown masked field')
      if ((mask & 1) !== 0) soldier.hp = this.#u8()
      if ((mask & 2) !== 0) soldier.flags = this.#u8()
      if ((mask & 4) !== 0) soldier.weapon = this.#u8()
    }
  }

  #shift(soldier: CheckedSoldier, dx: number, dz: number): void {
    soldier.x! += dx
    soldier.z! += dz
    if (soldier.x! < 0 || soldier.x! > 65535) refuse('a place out of range')
    if (soldier.z! < 0 || soldier.z! > 65535) refuse('a place out of range')
  }

  #readEnters(cell: number, members: number[]): void {
    const count = this.#varint()
    for (let index = 0; index < count; index++) {
      const id = this.#u16()
      if (id >= 4096) refuse('no such net id')
      const soldier: CheckedSoldier = { cell, x: this.#u16(), z: this.#u16() }
      for (const name of ['yaw', 'hp', 'flags', 'weapon', 'life', 'team', 'squad', 'classId']) {
        soldier[name] = this.#u8()
      }
      this.soldiers.set(id, soldier)
      members.push(id)
    }
  }

  #readEffects(members: readonly number[], witnesses: Map<number, CheckedSoldier>): void {
    const count = this.#varint()
    for (let index = 0; index < count; index++) {
      const effect = this.#readEffect(this.#u8())
      const subject = effect.actor ?? effect.target
      if (subject === undefined) {
        this.effects.push(effect)
        continue
      }
      const member = members.includes(subject) ? this.soldiers.get(subject) : undefined
      const soldier = member ?? witnesses.get(subject)
      if (soldier === undefined) continue
      this.effects.push({ ...effect, x: soldier.x!, z: soldier.z! })
    }
  }

  #readEffect(type: number): Record<string, number> {
    if (type === 1) {
      return { type, actor: this.#u16(), kind: this.#u8(), yaw: this.#u16(), length: this.#u8() }
    }
    if (type === 2) return { type, target: this.#u16(), value: this.#u8(), flags: this.#u8() }
    if (type === 3) return { type, kind: this.#u8(), x: this.#u16(), z: this.#u16() }
    if (type === 4) return { type, actor: this.#u16(), kind: this.#u8() }
    if (type === 5) return { type, target: this.#u16(), value: this.#u8() }
    if (type === 6 || type === 7) return { type, target: this.#u16() }
    return refuse('unknown type of effect')
  }

  #readProjectiles(cell: number): void {
    const count = this.#varint()
    for (let row = 0; row < count; row++) {
      const index = this.#u16()
      if (index >= 2048) refuse('no such projectile')
      const thing = { cell, generation: this.#u8(), weapon: this.#u8(), team: this.#u8() }
      const place = { x: this.#u16(), z: this.#u16(), vx: this.#i16(), vz: this.#i16() }
      this.projectiles.set(index, { ...thing, ...place, endTick: this.tick + this.#u16() })
    }
  }

  #readGone(cell: number): void {
    const count = this.#varint()
    for (let row = 0; row < count; row++) {
      const index = this.#u16()
      if (this.projectiles.get(index)?.cell === cell) this.projectiles.delete(index)
    }
  }
}
