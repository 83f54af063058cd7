/** Many guests at once, for tests and benches that need a crowd in the database. */
import { sql } from 'kysely'

import type { Database } from '../../../src/db/database.ts'

/** Inserts them, seen just now (idle guests are removed); ids are the same for the same number. */
export async function insertManyUsers(
  { patient }: Pick<Database, 'patient'>,
  count: number,
): Promise<string[]> {
  await sql`
    insert into identity.users (id, kind, name, created_at, last_seen_at)
    select ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'guest', 'guest ' || n,
      now(), now()
    from generate_series(1, ${count}::int) as n`.execute(patient.db)
  return Array.from({ length: count }, (_, index) => {
    return `00000000-0000-4000-8000-${(index + 1).toString(16).padStart(12, '0')}`
  })
}
