/** Options of backups that the server makes by itself. */
import { text, whole } from './config-option.ts'

export const BACKUP_OPTIONS = {
  backupEveryHours: whole(
    { fallback: 0, min: 0, max: 24 * 31 },
    {
      env: 'BACKUP_EVERY_HOURS',
      unit: 'h',
      meaning: 'a backup by the running server so often; 0 = none; PGlite waits meanwhile',
    },
  ),
  backupDir: text(
    { fallback: '', pattern: /^[^\0]*$/, wanted: 'a directory' },
    {
      env: 'BACKUP_DIR',
      unit: 'directory',
      meaning: 'where they go: another disk than the database; empty = DATA_DIR/backups',
    },
  ),
  backupKeepCount: whole(
    { fallback: 7, min: 1, max: 1000 },
    { env: 'BACKUP_KEEP', unit: 'files', meaning: 'kept of them; older ones are deleted' },
  ),
} as const
