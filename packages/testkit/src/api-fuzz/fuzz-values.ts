/**
 * Values for a JSON schema: good ones, and the same with something wrong in it. Everything follows
 * from the generator it is handed; nothing here knows a route.
 */
import { nextUint32 } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'

import type { ApiDocument, ApiSchema } from '../api-document.ts'

/** Texts that break careless parsers, queries, pages and logs. */
export const EDGE_TEXTS: readonly string[] = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\u202eright to left',
  '\ud800',
  '𝕌𝕟𝕚\u0301\u0301\u0301 🎯 서든어택 Ж',
  "' or 1=1 --",
  '"; drop table users; --',
  '%',
  '_%\\',
  '../../../../etc/passwd',
  '${jndi:ldap://x}',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '\r\nSet-Cookie: a=b',
  'null',
  'NaN',
  '-1',
  '0',
  '1e309',
  '9007199254740993',
  '99999999999999999999999999',
  '0x10',
  '1.5',
  '[object Object]',
  '__proto__',
  'constructor',
  '2026-02-30T25:61:61Z',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  'a'.repeat(256),
  'é'.repeat(2000),
]

const EDGE_VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  -1e308,
  Number.MAX_SAFE_INTEGER + 2,
  [],
  {},
  [[[[]]]],
  ['a', null, 7],
  { a: { b: { c: null } } },
  ...EDGE_TEXTS,
]

/** Known ids by the name of a parameter or field, good ones and those of others. */
export type KnownIds = (name: string) => readonly string[]

/** Draws values; one per run. */
export class FuzzValues {
  readonly #prng: PrngState
  readonly #document: ApiDocument
  readonly #known: KnownIds

  constructor(prng: PrngState, document: ApiDocument, known: KnownIds) {
    this.#prng = prng
    this.#document = document
    this.#known = known
  }

  /** A whole number from 0 up to `count` - 1. */
  index(count: number): number {
    return nextUint32(this.#prng) % count
  }

  /** True in `percent` of 100 draws. */
  chance(percent: number): boolean {
    return this.index(100) < percent
  }

  pick<T>(values: readonly T[]): T {
    return values[this.index(values.length)]!
  }

  edge(): unknown {
    return this.pick(EDGE_VALUES)
  }

  edgeText(): string {
    return this.pick(EDGE_TEXTS)
  }

  /** A value that the schema takes, mostly. */
  good(schema: ApiSchema, name: string): unknown {
    const known = this.#known(name)
    const { type, properties, items, pattern } = this.#resolve(schema)
    const { enum: choices, anyOf, default: preset } = this.#resolve(schema)
    if (Array.isArray(choices)) return this.pick(choices)
    if (Array.isArray(anyOf)) return this.good(this.pick(anyOf) as ApiSchema, name)
    if (known.length > 0) return this.pick(known)
    if (preset !== undefined && this.chance(30)) return preset
    if (properties !== undefined) return this.#object(schema)
    if (type === 'array') return [this.good(items as ApiSchema, name)]
    if (type === 'boolean') return this.chance(50)
    if (type === 'integer' || type === 'number') return this.#number(schema)
    if (type === 'null') return null
    return this.#text(schema, pattern as string | undefined)
  }

  /** The good value with one or two things in it replaced, lost or added. */
  spoiled(schema: ApiSchema, name: string): unknown {
    let value = this.good(schema, name)
    for (let count = 1 + this.index(2); count > 0; count--) value = this.spoil(value)
    return value
  }

  /** The value with one thing in it replaced, lost or added. */
  spoil(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.edge()
    const keys = Object.keys(value)
    const copy: Record<string, unknown> = { ...(value as Record<string, unknown>) }
    const key = keys.length === 0 ? 'extra' : this.pick(keys)
    const kind = this.index(6)
    if (kind === 0) delete copy[key]
    else if (kind === 1) copy[this.pick(['extra', 'userId', 'role', 'isAdmin', '$where'])] = 1
    else if (kind === 2) return this.edge()
    else copy[key] = this.edge()
    return copy
  }

  #object(schema: ApiSchema): Record<string, unknown> {
    const { properties, required = [] } = this.#resolve(schema)
    const made: Record<string, unknown> = {}
    for (const [name, field] of Object.entries(properties as Record<string, ApiSchema>)) {
      const isNeeded = (required as readonly string[]).includes(name)
      if (isNeeded || this.chance(50)) made[name] = this.good(field, name)
    }
    return made
  }

  #number(schema: ApiSchema): number {
    const { minimum = 0, maximum = 100 } = this.#resolve(schema)
    const edges = [minimum, maximum, 1, 2, 50] as readonly number[]
    return this.pick(edges)
  }

  #text(schema: ApiSchema, pattern: string | undefined): string {
    const { minLength = 0, maxLength = 40, format } = this.#resolve(schema)
    if (format === 'uuid') return '00000000-0000-4000-8000-000000000000'
    if (format === 'date-time') return '2030-01-01T00:00:00Z'
    if (format === 'email') return `fuzz${this.index(1e6)}@example.org`
    if (pattern !== undefined && new RegExp(pattern).test('duel')) return 'duel'
    const length = this.pick([minLength as number, 1, 12, maxLength as number])
    return `word ${this.index(1e6)} `.repeat(1000).slice(0, Math.min(length, 9000))
  }

  #resolve(schema: ApiSchema): ApiSchema {
    const ref = schema['$ref'] as string | undefined
    if (ref === undefined) return schema
    return this.#document.components.schemas[ref.slice('#/components/schemas/'.length)] ?? {}
  }
}
