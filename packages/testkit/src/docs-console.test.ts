/**
 * `docs/console.md` held to the code: the table of roles says what `roles.ts` permits, each
 * permission once, and the table of pages names every page of the menu with what opens it.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

import { ROLE_TABLE } from '../../../src/http/role-table.ts'
import type { RouteRule } from '../../../src/http/role-table.ts'
import { ROLES } from '../../../src/services/identity/roles.ts'

const ROOT = join(import.meta.dirname, '../../..')
const PAGE = readFileSync(join(ROOT, 'docs/console.md'), 'utf8')
/** Not compiled here: its pages are for a browser. */
const MENU = readFileSync(join(ROOT, 'packages/console/src/pages.ts'), 'utf8')
const PERMITTED: Readonly<Record<string, readonly string[]>> = ROLES
const UNASKED = 'no route asks for it yet'
/** Asked by a service, of who reads a player: no route of its own. */
const ASKED_WITHIN = ['players.private']

/** Rows of the table below a heading, cell by cell; the first is its head. */
function tableOf(page: string, heading: string): string[][] {
  const start = page.indexOf(`\n## ${heading}\n`)
  assert.ok(start >= 0, `docs/console.md has "${heading}"`)
  const end = page.indexOf('\n## ', start + 1)
  const lines = page.slice(start, end).split('\n')
  const rows = lines.filter((line) => line.startsWith('|') && !line.startsWith('|---'))
  return rows.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

function codesOf(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)
}

/** Where the table says something else than the roles. */
function findDrift(page: string): string[] {
  const [head = [], ...rows] = tableOf(page, 'By role')
  const names = head.slice(1)
  const found = rows.flatMap(([text = '', ...cells]) => {
    const permissions = codesOf(text)
    return names.flatMap((role, column) => {
      const has = permissions.map((one) => PERMITTED[role]?.includes(one) === true)
      const isRight = /^yes\b/.test(cells[column]!) ? has.every(Boolean) : !has.some(Boolean)
      const isSaid = permissions.length > 0 && /^(yes\b|–$)/.test(cells[column]!)
      return isRight && isSaid ? [] : [`${role}: ${text}: ${cells[column]}`]
    })
  })
  const listed = rows.flatMap(([text = '']) => codesOf(text))
  const all = [...new Set(Object.values(PERMITTED).flat())]
  const twice = listed.filter((one, index) => listed.indexOf(one) !== index)
  return [
    ...found,
    ...Object.keys(PERMITTED).filter((role) => !names.includes(role)),
    ...names.filter((role) => !(role in PERMITTED)),
    ...all.filter((one) => !listed.includes(one)),
    ...listed.filter((one) => !all.includes(one)),
    ...twice,
  ]
}

/** Label and permission of every page that is in the menu. */
function menuOf(text: string): [label: string, permission: string][] {
  const entries = text.slice(text.indexOf('export const PAGES')).split('path: ').slice(1)
  return entries.flatMap((entry): [string, string][] => {
    const label = /label: '([^']+)'/.exec(entry)?.[1]
    const permission = /permission: '([^']+)'/.exec(entry)?.[1]
    return label === undefined ? [] : [[label, permission ?? 'none']]
  })
}

describe('docs/console.md', () => {
  it('[AUTH-7] says of each role what roles.ts permits, and names each permission once', () => {
    assert.deepEqual(findDrift(PAGE), [])
  })

  it('[AUTH-7] tells which permissions no route asks for', () => {
    const rules: readonly RouteRule[] = Object.values(ROLE_TABLE)
    const asked = new Set<string>(rules.flatMap(({ permission }) => permission ?? []))
    const [, ...rows] = tableOf(PAGE, 'By role')
    const told = rows.flatMap(([text = '']) => (text.startsWith(UNASKED) ? codesOf(text) : []))
    const all = [...new Set(Object.values(PERMITTED).flat())]
    const unasked = all.filter((one) => !asked.has(one) && !ASKED_WITHIN.includes(one))
    assert.deepEqual(told.toSorted(), unasked.toSorted())
  })

  it('[ADM-3] names every page of the menu with the permission that opens it', () => {
    const [, ...rows] = tableOf(PAGE, 'Pages')
    const menu = menuOf(MENU)
    assert.ok(menu.length > 10)
    for (const [label, permission] of menu) {
      const row = rows.find(([name = '']) => name.split(/,| \(/)[0] === label)
      assert.ok(row, `"${label}" has a row`)
      assert.deepEqual(codesOf(row[1]!), [permission], label)
    }
  })

  it('would find a permission that a role was given or lost, and one that is new', () => {
    const row = '| audit log and its chain (`audit.read`) | – | yes | – | – |'
    assert.ok(PAGE.includes(row))
    const changes = [
      row.replace('| – | yes', '| yes | yes'),
      row.replace('yes', '–'),
      row.replace('yes', ''),
      row.replace('`audit.read`', 'all'),
      row.replace('`audit.read`', '`audit.burn`'),
      '',
      `${row}\n${row}`,
    ]
    for (const change of changes) {
      assert.ok(findDrift(PAGE.replace(row, change)).length > 0, change)
    }
    assert.ok(findDrift(PAGE.replace('| game-team |', '| game-crew |')).length > 0)
  })
})
