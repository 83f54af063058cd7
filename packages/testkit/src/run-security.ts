/**
 * `npm run security`, a part of `npm run check`: secrets in tracked files, and what the registry
 * knows against the dependencies. Works without a network: then it says what it did not judge.
 */
import { spawnSync } from 'node:child_process'

import { judgeAudit } from './audit-dependencies.ts'
import type { BorneAdvisory } from './audit-dependencies.ts'
import { readTrackedFiles, scanSecrets } from './scan-secrets.ts'
import { formatFinding } from './tidy-project.ts'

const AUDIT_MS_MAX = 60_000

/** Known and borne; empty is best. */
const BORNE: readonly BorneAdvisory[] = []

const files = readTrackedFiles()
const notes: string[] = []
const failures: string[] = []
if (files === undefined) notes.push('this is no git repository: secrets were not looked for')
else failures.push(...scanSecrets(files).map(formatFinding))

const audit = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: AUDIT_MS_MAX,
  maxBuffer: 1e8,
})
const today = new Date().toISOString().slice(0, 10)
const outcome = judgeAudit(audit.stdout ?? '', { borne: BORNE, today })
failures.push(...outcome.failures)
notes.push(...outcome.notes)
for (const note of notes) process.stdout.write(`note: ${note}\n`)
for (const failure of failures) process.stdout.write(`${failure}\n`)
process.stdout.write(`${files?.length ?? 0} files, ${failures.length} findings\n`)
process.exitCode = failures.length === 0 ? 0 : 1
