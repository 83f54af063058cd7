/**
 * JSON as a parameter. `pg` turns an array into a PostgreSQL array and PGlite turns a string into
 * text or JSON by the column, so neither is left to guess: text with a cast, the same on both.
 */
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'

declare const brand: unique symbol
/** What a jsonb column takes; only {@link jsonText} makes one. */
export type JsonText = { readonly [brand]: 'json' }

/** A jsonb value for inserts and updates. */
export function jsonText(value: unknown): RawBuilder<JsonText> {
  return sql`${JSON.stringify(value)}::text::jsonb`
}
