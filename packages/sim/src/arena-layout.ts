/**
 * Cuts one buffer into typed columns by a table, so that a world is a single piece of memory. The
 * order of the tables in `create-world.ts` is the order of the bytes; every column starts on a
 * multiple of 8 and the padding stays zero, so equal worlds are equal bytes.
 */
import { assert } from '@battalion/base/assert.ts'

type ColumnType =
  | Uint8ArrayConstructor
  | Int8ArrayConstructor
  | Uint16ArrayConstructor
  | Uint32ArrayConstructor
  | Int32ArrayConstructor
  | Float32ArrayConstructor

/** Names and types of one group of columns. */
export type ColumnTable = Readonly<Record<string, ColumnType>>

/** The views made from a table. */
export type Columns<Table extends ColumnTable> = {
  readonly [Name in keyof Table]: InstanceType<Table[Name]>
}

const ALIGN_BYTES = 8

/** Bytes that a group of `length` rows takes. */
export function columnBytes(table: ColumnTable, length: number): number {
  let bytes = 0
  assert(length > 0, 'a group of columns has rows')
  for (const type of Object.values(table)) bytes += alignedBytes(type.BYTES_PER_ELEMENT * length)
  return bytes
}

/** Walks through the arena, handing out columns in order. */
export class ArenaCutter {
  readonly arena: ArrayBuffer
  offset = 0

  constructor(arena: ArrayBuffer) {
    this.arena = arena
  }

  /** Views of `length` rows for each name of the table. */
  cut<Table extends ColumnTable>(table: Table, length: number): Columns<Table> {
    const columns: Record<string, unknown> = {}
    assert(this.offset % ALIGN_BYTES === 0, 'every column starts aligned')
    for (const [name, type] of Object.entries(table)) {
      columns[name] = new type(this.arena, this.offset, length)
      this.offset += alignedBytes(type.BYTES_PER_ELEMENT * length)
    }
    assert(this.offset <= this.arena.byteLength, 'the arena holds every column')
    return columns as Columns<Table>
  }
}

function alignedBytes(bytes: number): number {
  return Math.ceil(bytes / ALIGN_BYTES) * ALIGN_BYTES
}
