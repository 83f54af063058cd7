/** `npm run migrate`: brings the configured database to the newest state; twice changes nothing. */
import { runDatabaseProgram } from './database-program.ts'
import { readBook } from './db/migrate.ts'

await runDatabaseProgram('migrate', async (database) => {
  const names = await readBook(database.db)
  process.stdout.write(`${database.engine} is at ${names.at(-1)} (${names.length} migrations)\n`)
})
