/**
 * Program: prints the hashes of the golden battles as JSON; with `--write` puts them into
 * `seeds/golden-hashes.json` instead. The determinism test runs it as a child process, on this Node
 * and on the next.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GOLDEN_BATTLES } from './golden-battles.ts'
import { hashSimBattle } from './hash-sim-battle.ts'
import { readShippedBalanceFiles } from './load-shipped-balance.ts'

const files = readShippedBalanceFiles()
const hashes = GOLDEN_BATTLES.map((wishes) => ({ ...wishes, hashes: hashSimBattle(files, wishes) }))
const text = `${JSON.stringify(hashes, null, 2)}\n`
if (process.argv.includes('--write')) {
  writeFileSync(join(import.meta.dirname, '../seeds/golden-hashes.json'), text)
} else {
  process.stdout.write(text)
}
