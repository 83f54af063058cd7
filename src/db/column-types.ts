/**
 * How column values read, the same on both engines: each driver alone gives int8 as a number, a
 * bigint or a string by engine and value. int8 is bigint (`count(*)` is cast to int4 in SQL),
 * timestamptz is Date, date and numeric stay text, bytea is Uint8Array, json is parsed. bigint does
 * not survive JSON.stringify: edges convert it.
 */
type ReadText = (text: string) => unknown

/** Readers by the type's oid; oids of built-in types never change. */
export const COLUMN_READERS: Readonly<Record<number, ReadText>> = {
  16: (text) => text === 't',
  17: readBytes,
  20: BigInt,
  21: Number,
  23: Number,
  700: Number,
  701: Number,
  114: JSON.parse,
  3802: JSON.parse,
  1082: (text) => text,
  1114: (text) => text,
  1184: readTime,
  1700: (text) => text,
  1005: (text) => readArray(text, Number),
  1007: (text) => readArray(text, Number),
  1016: (text) => readArray(text, BigInt),
  1009: (text) => readArray(text, (item) => item),
  1015: (text) => readArray(text, (item) => item),
  2951: (text) => readArray(text, (item) => item),
  1001: (text) => readArray(text, readBytes),
  1185: (text) => readArray(text, readTime),
}

/** `2026-01-02 03:04:05.678+00`, in whatever zone the session has. */
function readTime(text: string): Date {
  return new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))
}

function readBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.slice(2), 'hex'))
}

/** A one-dimensional array as PostgreSQL writes it: `{1,NULL,"a\"b"}`. */
function readArray(text: string, readItem: ReadText): unknown[] {
  const items: unknown[] = []
  for (const match of text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/g)) {
    const [, quoted, plain] = match
    if (quoted !== undefined) items.push(readItem(quoted.replace(/\\(.)/g, '$1')))
    else items.push(plain === 'NULL' ? null : readItem(plain!))
  }
  return items
}
