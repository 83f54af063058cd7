/** `npm run erd`: writes docs/erd.md from the live schema; a test holds the page to it. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { runDatabaseProgram } from './database-program.ts'
import { describeSchema } from './db/describe-schema.ts'

const PAGE = fileURLToPath(new URL('../docs/erd.md', import.meta.url))

await runDatabaseProgram('erd', async (database) => {
  writeFileSync(PAGE, await describeSchema(database.patient))
  process.stdout.write(`${PAGE}\n`)
})
