/** Wrong values stop the load and say where. The shipped files are spoilt in every way there is. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BalanceError, listBalanceFaults, parseBalance } from './parse-balance.ts'
import { makeTestBalanceFiles } from './test-balance.ts'

type Json = Record<string, unknown>

/** Parses the test balance after one change; the complaint, or '' when there is none. */
function complainAfter(spoil: (files: Record<string, unknown>) => void): string {
  const files = makeTestBalanceFiles()
  spoil(files)
  try {
    parseBalance(files)
    return ''
  } catch (error) {
    assert.ok(error instanceof BalanceError, String(error))
    return error.message
  }
}

/** The object at a JSON path of plain keys and indexes. */
function at(
  files: Record<string, unknown>,
  file: string,
  path: readonly (string | number)[],
): Json {
  let value: unknown = files[file]
  for (const step of path) value = (value as Json)[step]
  return value as Json
}

describe('[BAT-4] parseBalance', () => {
  it('reads a whole balance and turns ids into indexes', () => {
    const balance = parseBalance(makeTestBalanceFiles())
    const assault = balance.classes[0]!
    assert.equal(balance.weapons[assault.weapons[0]]!.id, 'rifle')
    assert.equal(balance.abilities[assault.ability]!.id, 'frag')
    const frag = balance.abilities[0]!
    assert.ok(frag.form === 'grenade')
    assert.equal(balance.weapons[frag.weapon]!.id, 'grenade')
  })

  it('names file, path, expectation and value', () => {
    const complaint = complainAfter((files) => {
      at(files, 'weapons.json', ['weapons', 1])['damage'] = 'x'
    })
    assert.equal(
      complaint,
      'weapons.json: $.weapons[1].damage: expected a number from 0 to 255, got "x"',
    )
  })

  const cases: [string, RegExp, (files: Record<string, unknown>) => void][] = [
    ['a missing file', /^modes.json: \$: the file is missing/, (f) => delete f['modes.json']],
    [
      'an unknown file',
      /^extra.json: \$: a balance has no such file/,
      (f) => (f['extra.json'] = {}),
    ],
    ['no map', /^maps: /, (f) => delete f['maps/yard.json']],
    [
      'an unknown key',
      /^classes.json: \$.classes\[0\]: unknown key "hpp"/,
      (f) => (at(f, 'classes.json', ['classes', 0])['hpp'] = 1),
    ],
    [
      'a missing key',
      /^classes.json: \$.classes\[0\]: "hp" is missing/,
      (f) => delete at(f, 'classes.json', ['classes', 0])['hp'],
    ],
    [
      'an inherited key',
      /^levels.json: \$.levels: "form" is missing/,
      (f) => (at(f, 'levels.json', [])['levels'] = Object.create({ form: 'power' })),
    ],
    [
      'a reference to nothing',
      /^classes.json: \$.classes\[0\].ability: expected one of frag, got "jetpack"/,
      (f) => (at(f, 'classes.json', ['classes', 0])['ability'] = 'jetpack'),
    ],
    [
      'a grenade that is no projectile',
      /^abilities.json: \$.abilities\[0\].weapon: expected a weapon of kind projectile/,
      (f) => (at(f, 'abilities.json', ['abilities', 0])['weapon'] = 'rifle'),
    ],
    [
      'an id taken twice',
      /^weapons.json: \$.weapons\[1\].id: the id "rifle" is taken/,
      (f) => (at(f, 'weapons.json', ['weapons', 1])['id'] = 'rifle'),
    ],
    [
      'a range beyond sight',
      /^weapons.json: \$.weapons\[0\].rangeMetres: expected a number from 1 to 60, got 61/,
      (f) => (at(f, 'weapons.json', ['weapons', 0])['rangeMetres'] = 61),
    ],
    [
      'a sprint beyond the limit',
      /^classes.json: \$.classes\[0\]: sprints at 18 m\/s/,
      (f) => (at(f, 'classes.json', ['classes', 0])['sprintRatio'] = 3),
    ],
    [
      'a mode on an unknown map',
      /^modes.json: \$.modes\[0\].maps\[0\]: expected one of yard, got "moon"/,
      (f) => (at(f, 'modes.json', ['modes', 0])['maps'] = ['moon']),
    ],
    [
      'a team without a spawn area',
      /^modes.json: \$.modes\[0\].maps\[0\]: the map "yard" has no spawn area for team 2/,
      (f) => (at(f, 'modes.json', ['modes', 0])['teamCount'] = 3),
    ],
    [
      'a box off the map',
      /^maps\/yard.json: \$.boxes\[0\]: the box ends outside the map in x/,
      (f) => (at(f, 'maps/yard.json', ['boxes', 0])['x'] = 63),
    ],
    [
      'a box on a spawn area',
      /^maps\/yard.json: \$.spawns\[1\]: a box stands on the centre/,
      (f) => Object.assign(at(f, 'maps/yard.json', ['boxes', 0]), { x: 54, z: 30 }),
    ],
    [
      'a map named otherwise than its file',
      /^maps\/yard.json: \$.id: expected "yard"/,
      (f) => (at(f, 'maps/yard.json', [])['id'] = 'garden'),
    ],
  ]
  for (const [name, pattern, spoil] of cases) {
    it(`refuses ${name}`, () => assert.match(complainAfter(spoil), pattern))
  }

  it('refuses every value replaced by a value of a wrong type, and never throws anything else', () => {
    const wrong = [null, 'x y', -1, 1e9, Number.NaN, {}, [[[]]]]
    let count = 0
    for (const [file, root] of Object.entries(makeTestBalanceFiles())) {
      for (const path of listPaths(root)) {
        for (const value of wrong) {
          const complaint = complainAfter((files) => {
            at(files, file, path.slice(0, -1))[path.at(-1)!] = value
          })
          const isName = path.at(-1) === 'name' && value === 'x y'
          if (!isName) assert.notEqual(complaint, '', `${file} ${path.join('.')}`)
          count++
        }
      }
    }
    assert.ok(count > 500)
  })
})

/** Paths of all values below the root. */
function listPaths(root: unknown): (string | number)[][] {
  if (typeof root !== 'object' || root === null) return []
  const entries: [string | number, unknown][] = Array.isArray(root)
    ? root.map((value, index) => [index, value])
    : Object.entries(root)
  return entries.flatMap(([key, value]) => [
    [key],
    ...listPaths(value).map((rest) => [key, ...rest]),
  ])
}

describe('[BAT-4, GMD-3] listBalanceFaults', () => {
  it('finds nothing wrong with what parses, and leaves the values alone', () => {
    const files = makeTestBalanceFiles()
    assert.deepEqual(listBalanceFaults(files), [])
    assert.deepEqual(files, makeTestBalanceFiles())
  })

  it('tells every fault at once, by file and path, and none that only follows from another', () => {
    const files = makeTestBalanceFiles()
    at(files, 'weapons.json', ['weapons', 0])['damage'] = 'x'
    delete at(files, 'weapons.json', ['weapons', 0])['reloadMs']
    at(files, 'weapons.json', ['weapons', 1])['pellets'] = 1.5
    at(files, 'classes.json', ['classes', 0])['weapons'] = ['rifle', 'nothing']
    at(files, 'classes.json', ['classes', 0])['hpp'] = 1
    at(files, 'modes.json', ['modes', 0])['playersMax'] = 0
    at(files, 'maps/yard.json', [])['widthMetres'] = 1
    delete files['levels.json']
    files['extra.json'] = {}
    const told = listBalanceFaults(files).map(({ file, path }) => `${file} ${path}`)
    assert.deepEqual(told.sort(), [
      'classes.json $.classes[0]',
      'classes.json $.classes[0].weapons[1]',
      'extra.json $',
      'levels.json $',
      'maps/yard.json $.widthMetres',
      'modes.json $.modes[0].playersMax',
      'weapons.json $.weapons[0]',
      'weapons.json $.weapons[0].damage',
      'weapons.json $.weapons[1].pellets',
    ])
  })

  it('stands any value anywhere: tells of it or takes it as parseBalance does', () => {
    const values = [null, true, -1, 1e9, '', 'x', [], [null], {}, { id: 'x' }]
    for (const [file, whole] of Object.entries(makeTestBalanceFiles())) {
      for (const path of [[], ...listPaths(whole)]) {
        for (const value of values) {
          const files = makeTestBalanceFiles()
          if (path.length === 0) files[file] = value
          else at(files, file, path.slice(0, -1))[path.at(-1)!] = value
          const where = `${file} ${path.join('.')} = ${JSON.stringify(value)}`
          assert.equal(listBalanceFaults(files).length === 0, isTaken(files), where)
        }
      }
    }
  })
})

function isTaken(files: Record<string, unknown>): boolean {
  try {
    parseBalance(files)
    return true
  } catch (error) {
    assert.ok(error instanceof BalanceError, String(error))
    return false
  }
}
