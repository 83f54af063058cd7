/**
 * Makes node_modules match package-lock.json, and does nothing when it already does. Runs before
 * `npm start`, `npm test` and the rest, so it is plain JavaScript for any Node from 20 on and imports
 * nothing that has to be installed. Says what it does while it does it; every failure is one line
 * that says what to do.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT_DIR = join(dirname(fileURLToPath(import.meta.url)), '..')
const NODE_MAJOR_MIN = 20
/** Node that runs the server itself; npm brings one on the platforms we list. */
const SERVER_NODE_MAJOR_MIN = 22
const PROGRESS_MS = 1000
const PLAIN_PROGRESS_SEC = 10
const OUTPUT_CHARS_MAX = 100_000
const TAIL_LINES = 12

/** What npm's output means, first match wins, and what to do about it. */
const CAUSES = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network (request|connectivity)/,
    'npm could not reach its registry; connect to the network (or set up npm for your proxy) and run the same command again.',
  ],
  [
    /EACCES|EPERM|EROFS/,
    `this user may not write ${join(ROOT_DIR, 'node_modules')} or npm's cache; fix the permissions and run the same command again.`,
  ],
  [/ENOSPC/, 'the disk is full; free about 1 GB and run the same command again.'],
  [
    /EUSAGE/,
    'package-lock.json does not match package.json; run "npm install", then the same command again.',
  ],
]

function fail(sentence, code = 1) {
  process.stderr.write(`setup: ${sentence}\n`)
  process.exit(code)
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** Why the installed tree is not the locked one; undefined when it is. */
function findMismatch() {
  const locked = readJson(join(ROOT_DIR, 'package-lock.json'))
  if (locked === undefined) fail('package-lock.json is missing; this is not a complete clone.')
  const installed = readJson(join(ROOT_DIR, 'node_modules', '.package-lock.json'))
  if (installed === undefined) return 'nothing is installed yet'
  for (const [path, wanted] of Object.entries(locked.packages)) {
    if (!path.includes('node_modules/')) continue
    const present = installed.packages[path]
    if (present === undefined && (wanted.optional || wanted.peer)) continue
    if (present?.version !== wanted.version || present?.link !== wanted.link) {
      return 'the lock file changed'
    }
    if (!wanted.optional && !existsSync(join(ROOT_DIR, path))) return `${path} is missing`
  }
  return undefined
}

/** Shows that time passes: one line that is rewritten, or a line now and then in a log. */
function startProgress(what) {
  const startedMs = Date.now()
  const isTerminal = process.stdout.isTTY
  const seconds = () => Math.round((Date.now() - startedMs) / 1000)
  process.stdout.write(`setup: ${what}\n`)
  const timer = setInterval(() => {
    if (isTerminal) process.stdout.write(`\rsetup: installing … ${seconds()} s `)
    else if (seconds() % PLAIN_PROGRESS_SEC === 0) {
      process.stdout.write(`setup: installing … ${seconds()} s\n`)
    }
  }, PROGRESS_MS)
  return () => {
    clearInterval(timer)
    if (isTerminal) process.stdout.write('\r')
    return seconds()
  }
}

/** Runs `npm ci`; resolves with its exit code and what it wrote. */
function installLocked() {
  const npm = process.env.npm_execpath
  // npm removes node_modules first, and with it the Node that may be running this file.
  const node = process.env.npm_node_execpath ?? process.execPath
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const retries = [
    '--fetch-retries=2',
    '--fetch-retry-mintimeout=1000',
    '--fetch-retry-maxtimeout=5000',
  ]
  const [command, first] = npm === undefined ? ['npm', []] : [node, [npm]]
  const child = spawn(command, [...first, ...args, ...retries], {
    cwd: ROOT_DIR,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const collect = (chunk) => {
    output = (output + chunk).slice(-OUTPUT_CHARS_MAX)
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      child.kill(signal)
      process.exit(128 + constants.signals[signal])
    })
  }
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 1, output: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

function explain(output) {
  for (const [shape, sentence] of CAUSES) if (shape.test(output)) return sentence
  const tail = output.trim().split('\n').slice(-TAIL_LINES).join('\n')
  return `"npm ci" failed; its last lines were:\n${tail}`
}

function checkNode() {
  const major = Number.parseInt(process.versions.node, 10)
  if (major < NODE_MAJOR_MIN) {
    fail(`Node ${process.versions.node} is too old; install Node ${NODE_MAJOR_MIN} or newer.`, 78)
  }
}

/** The server needs a newer Node than this file; npm brings it where a package for it exists. */
function checkServerNode() {
  const major = Number.parseInt(process.versions.node, 10)
  if (major >= SERVER_NODE_MAJOR_MIN) return
  if (existsSync(join(ROOT_DIR, 'node_modules', '.bin', 'node'))) return
  fail(
    `there is no packaged Node for ${process.platform}-${process.arch}; ` +
      `install Node ${SERVER_NODE_MAJOR_MIN} or newer (24 is what we test) and run the same command again.`,
    78,
  )
}

checkNode()
const mismatch = findMismatch()
if (mismatch !== undefined) {
  const stopProgress = startProgress(`${mismatch}; installing what package-lock.json says`)
  const { code, output } = await installLocked()
  const seconds = stopProgress()
  if (code !== 0) fail(explain(output))
  process.stdout.write(`setup: installed in ${seconds} s\n`)
}
checkServerNode()
