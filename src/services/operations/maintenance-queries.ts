/** The one row of maintenance. */
import type { Db, Trx } from '../../db/database.ts'
import type { MaintenanceRow } from '../../db/audit-tables.ts'

/** Maintenance as staff set it and players are told of it. */
export interface Maintenance {
  readonly isOn: boolean
  /** For players; empty while off. */
  readonly text: string
  /** When it is expected to be over (wall ms); it is over when staff say so. */
  readonly untilMs: number | null
  readonly changedAtMs: number | null
  readonly changedBy: string | null
}

/** Before anybody ever set it. */
export const NO_MAINTENANCE: Maintenance = {
  isOn: false,
  text: '',
  untilMs: null,
  changedAtMs: null,
  changedBy: null,
}

/** As it stands. */
export async function readMaintenance(db: Db): Promise<Maintenance> {
  const row = await db.selectFrom('operations.maintenance').selectAll().executeTakeFirst()
  return row === undefined ? NO_MAINTENANCE : toMaintenance(row)
}

/** As it stands, held until the transaction ends. */
export async function lockMaintenance(trx: Trx): Promise<Maintenance> {
  const row = await trx
    .selectFrom('operations.maintenance')
    .selectAll()
    .forUpdate()
    .executeTakeFirst()
  return row === undefined ? NO_MAINTENANCE : toMaintenance(row)
}

/** Puts it down. */
export async function writeMaintenance(trx: Trx, maintenance: Maintenance): Promise<void> {
  const row = {
    is_on: maintenance.isOn,
    text: maintenance.text,
    expected_until: maintenance.untilMs === null ? null : new Date(maintenance.untilMs),
    changed_at: new Date(maintenance.changedAtMs ?? 0),
    changed_by: maintenance.changedBy,
  }
  await trx
    .insertInto('operations.maintenance')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
}

function toMaintenance(row: Omit<MaintenanceRow, 'id'>): Maintenance {
  return {
    isOn: row.is_on,
    text: row.text,
    untilMs: row.expected_until?.getTime() ?? null,
    changedAtMs: row.changed_at.getTime(),
    changedBy: row.changed_by,
  }
}
