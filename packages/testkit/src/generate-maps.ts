/**
 * Program: writes the shipped maps of `draw-maps.ts` to `packages/sim/balance/1/maps`.
 * `node packages/testkit/src/generate-maps.ts`
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BattleMap } from '@battalion/sim/balance.ts'
import { drawMaps } from './draw-maps.ts'

const MAPS_FOLDER = join(import.meta.dirname, '../../sim/balance/1/maps')

/** One box a line: a diff of a map shows which box moved. */
function formatMap(map: BattleMap): string {
  const lines = Object.entries(map).map(([key, value]) => {
    if (!Array.isArray(value)) return `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`
    const entries = value.map((entry) => `    ${formatEntry(entry)}`)
    const list = entries.length === 0 ? '[]' : `[\n${entries.join(',\n')}\n  ]`
    return `  ${JSON.stringify(key)}: ${list}`
  })
  return `{\n${lines.join(',\n')}\n}\n`
}

function formatEntry(entry: object): string {
  const fields = Object.entries(entry).map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  )
  return `{ ${fields.join(', ')} }`
}

for (const map of drawMaps()) {
  writeFileSync(join(MAPS_FOLDER, `${map.id}.json`), formatMap(map))
  process.stdout.write(`${map.id}: ${map.boxes.length} boxes\n`)
}
