/**
 * `npm start` as a program on free ports, with a data directory that goes with it. Ends with the
 * test even when that is killed. Tests only.
 */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { putMadeDatabase } from '@battalion/testkit/made-database.ts'

const ROOT_DIR = fileURLToPath(new URL('../../../..', import.meta.url))
const START_MS_MAX = 120_000

export interface Demo {
  /** Address of its page. */
  readonly url: string
  /** Ends it and everything it started. */
  stop(): Promise<void>
}

/** Starts it with so many bots; resolves once its page can be opened. */
export async function startDemo(bots: number): Promise<Demo> {
  const dataDir = mkdtempSync(join(tmpdir(), 'battalion-demo-'))
  await putMadeDatabase(dataDir)
  const demo = fork(`${ROOT_DIR}src/start.ts`, ['--bots', String(bots)], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', OPS_PORT: '0', DATA_DIR: dataDir },
    // Nothing inherited: a runner that waits for the end of our output would wait for the demo's.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const exited = once(demo, 'exit')
  const stop = async () => {
    demo.kill('SIGTERM')
    await exited
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    return { url: await readUrl([demo.stdout!, demo.stderr!]), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Reads on after the address: a program whose output nobody takes stands still or ends. */
function readUrl(streams: readonly NodeJS.ReadableStream[]): Promise<string> {
  let output = ''
  return new Promise((resolve, reject) => {
    const fail = () => reject(new assert.AssertionError({ message: `no address: ${output}` }))
    const timer = setTimeout(fail, START_MS_MAX)
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      const url = /play {6}(\S+)/.exec(output)?.[1]
      if (url === undefined) return
      clearTimeout(timer)
      resolve(url)
    }
    for (const stream of streams) stream.on('data', read).on('end', fail)
  })
}
