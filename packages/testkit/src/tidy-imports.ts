/** Checks the imports of one file against the matrix. */
import { isBuiltin } from 'node:module'
import { posix } from 'node:path'

import type { Finding } from './tidy-rules.ts'
import { HELPER_FOLDERS, isTestFile } from './tidy-rules.ts'
import { findRow, isWithin } from './tidy-matrix.ts'
import type { MatrixRow } from './tidy-matrix.ts'
import type { ImportLine, Source } from './tidy-source.ts'

const WORKSPACE = /^@battalion\/([a-z-]+)\/(.+)$/

/** Where an import inside the project leads, undefined for a package or Node module. */
export function resolveImport(path: string, specifier: string): string | undefined {
  const [, name, file] = WORKSPACE.exec(specifier) ?? []
  if (name !== undefined) return `packages/${name}/src/${file}`
  if (!specifier.startsWith('.')) return undefined
  return posix.normalize(posix.join(posix.dirname(path), specifier))
}

/** Every import that the matrix forbids. */
export function checkImports(source: Source): Finding[] {
  if (isTestFile(source.path)) return []
  const found = findRow(source.path)
  if (found === undefined) {
    return [finding(source, 1, 'this folder is not in the import matrix, add it to tidy-matrix.ts')]
  }
  const findings: Finding[] = []
  for (const line of source.imports) {
    const what = findViolation(source.path, line, found)
    if (what !== undefined) findings.push(finding(source, line.line, what))
  }
  return findings
}

function finding(source: Source, line: number, message: string): Finding {
  return { path: source.path, line, message }
}

function findViolation(
  path: string,
  line: ImportLine,
  { key, row }: { key: string; row: MatrixRow },
): string | undefined {
  const { specifier, isTypeOnly } = line
  const target = resolveImport(path, specifier)
  if (target !== undefined) return checkFolder({ path, target, isTypeOnly }, key, row)
  if (specifier.startsWith('node:') || isBuiltin(specifier)) {
    if (row.node) return undefined
    return `${key} imports ${specifier}, it runs without Node: use what base has or take it as an argument`
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  const allowed = isTypeOnly ? [...row.packages, ...(row.types ?? [])] : row.packages
  if (allowed.includes('*') || allowed.includes(name)) return undefined
  return `${key} imports ${name}, it may use ${listOf(row.packages)}: reach it through a port`
}

function checkFolder(
  edge: { path: string; target: string; isTypeOnly: boolean },
  key: string,
  row: MatrixRow,
): string | undefined {
  const { path, target, isTypeOnly } = edge
  const home = key.endsWith('.ts') ? posix.dirname(key) : key
  if (findRow(target)?.key === key || isWithin(target, home)) {
    return checkTestkit(path, target)
  }
  const allowed = isTypeOnly ? [...row.folders, ...(row.types ?? [])] : row.folders
  if (allowed.includes('*')) return checkTestkit(path, target)
  if (allowed.some((folder) => isWithin(target, folder))) return undefined
  return `${key} imports ${target}, it may use ${listOf(row.folders)}: move the code down or hand it in as a port`
}

/** Only tests and the programs around them may use the testkit and testing folders. */
function checkTestkit(path: string, target: string): string | undefined {
  const isHelper = HELPER_FOLDERS.test(target) || isWithin(target, 'packages/testkit')
  const mayUse =
    /^(packages\/testkit|bench|loadtest\/chaos)\//.test(path) || HELPER_FOLDERS.test(path)
  if (!isHelper || mayUse) return undefined
  return `${target} is for tests only, move what you need out of it`
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ')
}
