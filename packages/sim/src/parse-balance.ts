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
import { BalanceError, BalanceNode, FaultList } from './parse-balance-node.ts'
import type { BalanceFault } from './parse-balance-node.ts'

export { BalanceError } from './parse-balance-node.ts'
export type { BalanceFault } from './parse-balance-node.ts'

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
  return readBalance({ files })
}

/** Everything that is wrong with these files; none when {@link parseBalance} takes them. */
export function listBalanceFaults(files: Record<string, unknown>): readonly BalanceFault[] {
  const list = new FaultList()
  try {
    readBalance({ files, faults: list })
    if (list.faults.length === 0) parseBalance(files)
  } catch (error) {
    if (error instanceof BalanceError) list.add(error)
    else if (list.faults.length === 0) throw error
  }
  return list.faults.map(({ file, path, complaint }) => ({ file, path, complaint }))
}

/** True for a path that a balance may have a file at. */
export function isBalanceFile(path: string): boolean {
  return BALANCE_FILES.some((known) => known === path) || MAP_FILE_PATTERN.test(path)
}

/** Files, and where their faults go; without a list the first one is thrown. */
interface Source {
  readonly files: Record<string, unknown>
  readonly faults?: FaultList
}

function readBalance(source: Source): Balance {
  refuseUnknownFiles(source)
  const maps = readMaps(source)
  const weapons = readEntries(openFile(source, 'weapons.json'), 'weapons', readWeapon)
  const abilities = readEntries(openFile(source, 'abilities.json'), 'abilities', (node) =>
    readAbility(node, weapons),
  )
  const classes = readEntries(openFile(source, 'classes.json'), 'classes', (node) =>
    readClass(node, { weapons, abilities }),
  )
  const modes = readEntries(openFile(source, 'modes.json'), 'modes', (node) => readMode(node, maps))
  const levels = readLevels(openFile(source, 'levels.json'))
  return openFile(source, 'balance.json').record((fields) => ({
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

function openFile(source: Source, file: string): BalanceNode {
  const { files } = source
  const node = nodeOf(source, file, files[file])
  if (Object.hasOwn(files, file)) return node
  node.fail('the file is missing')
  return node.absent('')
}

function nodeOf({ faults }: Source, file: string, value: unknown): BalanceNode {
  return new BalanceNode({ file, path: '$', value, ...(faults === undefined ? {} : { faults }) })
}

function refuseUnknownFiles(source: Source): void {
  for (const file of Object.keys(source.files)) {
    if (!isBalanceFile(file)) nodeOf(source, file, undefined).fail('a balance has no such file')
  }
}

function readMaps(source: Source): BattleMap[] {
  const names = Object.keys(source.files).filter((file) => MAP_FILE_PATTERN.test(file))
  if (names.length === 0) {
    nodeOf(source, 'maps', undefined).fail('a balance has at least one map')
  }
  return names.sort().map((file) => {
    const node = openFile(source, file)
    const map = readMap(node)
    const id = MAP_FILE_PATTERN.exec(file)![1]!
    const isSame = map.id === id || map.id === ''
    return isSame ? map : node.child('.id', map.id).expected(`"${id}", as the file is named`, map)
  })
}
