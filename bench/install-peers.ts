/**
 * Installs what we compare with, in `bench/peers`: outside the workspaces, with a lock of its own,
 * only when a bench needs it and only when that lock has changed since.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tellProgress } from './bench-voice.ts'

const FOLDER = join(import.meta.dirname, 'peers')
const LOCK = join(FOLDER, 'package-lock.json')
const STAMP = join(FOLDER, 'node_modules', '.lock-hash')
const INSTALL_MS_MAX = 180_000

/** Why the peers cannot be had, undefined when they are there. */
export async function installPeers(): Promise<string | undefined> {
  const hash = createHash('sha256').update(readFileSync(LOCK)).digest('hex')
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return undefined
  tellProgress('installing the peers (npm ci in bench/peers, once per lock)')
  const failure = await npmCi()
  if (failure === undefined) writeFileSync(STAMP, hash)
  return failure
}

function npmCi(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: FOLDER,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: INSTALL_MS_MAX,
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)))
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (code, signal) => {
      const why = said.split('\n').find((line) => line.startsWith('npm error')) ?? ''
      resolve(
        code === 0 ? undefined : `npm ci ended with ${signal ?? `code ${code}`} ${why}`.trim(),
      )
    })
  })
}
