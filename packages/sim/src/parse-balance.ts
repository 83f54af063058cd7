/**
 * Makes a {@link Balance} from the JSON files of one balance folder, or stops at the first wrong
 * value with file and path. Every field is checked for type and range, every reference resolved,
 * every unknown key and file refused; nothing else in the project makes a balance. Reads no file:
 * the caller hands over parsed JSON by path (`weapons.json`, `maps/duel.json`, …).
 */
import type { Balance, BattleMap } from './balance.ts'
import { readAbility, readClass, readEntries, readWeapon } from './parse-balance-arms.ts'
import { readMap } from './parse-balance-map.ts'
import { readFormulas, readLevels, readMode } from './parse-balance-mode.ts'
import { BalanceError, BalanceNode } from './parse-balance-node.ts'

export { BalanceError } from './parse-balance-node.ts'

/** Files every balance has, beside at least one `maps/<id>.json`. */
export const BALANCE_FILES = [
  'balance.json',
  'weapons.json',
  'abilities.json',
  'classes.json',
  'modes.json',
  'levels.json',
] as const

const MAP_FILE_PATTERN = /^maps\/([a-z0-9.-]+)\.json$/

/**
 * The balance these files describe. Throws {@link BalanceError}. Maps come in order of file name.
 */
export function parseBalance(files: Record<string, unknown>): Balance {
  refuseUnknownFiles(files)
  const maps = readMaps(files)
  const weapons = readEntries(openFile(files, 'weapons.json'), 'weapons', readWeapon)
  const abilities = readEntries(openFile(files, 'abilities.json'), 'abilities', (node) =>
    readAbility(node, weapons),
  )
  const classes = readEntries(openFile(files, 'classes.json'), 'classes', (node) =>
    readClass(node, { weapons, abilities }),
  )
  const modes = readEntries(openFile(files, 'modes.json'), 'modes', (node) => readMode(node, maps))
  const levels = readLevels(openFile(files, 'levels.json'))
  return openFile(files, 'balance.json').record((fields) => ({
    version: fields.get('version').id(),
    formulas: readFormulas(fields.get('formulas')),
    weapons,
    abilities,
    classes,
    levels,
    modes,
    maps,
  }))
}

function openFile(files: Record<string, unknown>, file: string): BalanceNode {
  if (!Object.hasOwn(files, file)) throw new BalanceError(file, '$', 'the file is missing')
  return new BalanceNode(file, '$', files[file])
}

function refuseUnknownFiles(files: Record<string, unknown>): void {
  for (const file of Object.keys(files)) {
    const isKnown = BALANCE_FILES.some((known) => known === file) || MAP_FILE_PATTERN.test(file)
    if (!isKnown) throw new BalanceError(file, '$', 'a balance has no such file')
  }
}

function readMaps(files: Record<string, unknown>): BattleMap[] {
  const names = Object.keys(files).filter((file) => MAP_FILE_PATTERN.test(file))
  if (names.length === 0) throw new BalanceError('maps', '$', 'a balance has at least one map')
  return names.sort().map((file) => {
    const node = openFile(files, file)
    const map = readMap(node)
    const id = MAP_FILE_PATTERN.exec(file)![1]!
    if (map.id !== id) node.child('.id', map.id).expected(`"${id}", as the file is named`)
    return map
  })
}
