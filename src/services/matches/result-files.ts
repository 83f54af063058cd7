/**
 * Finished battles on disk, between room and database: one file each in DATA_DIR/results-queue,
 * whole and synced before anybody is told it is kept, gone once the database has it. A file that
 * does not read as it was written is set aside in `bad/`, never deleted. Runs in the results
 * thread (reading also in the results process), hence the synchronous calls.
 */
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

import { parsePacked } from './parse-packed.ts'
import type { PackedMatch } from './pack-match.ts'

/** Files the queue takes: at a battle a minute, three days without a database. */
export const RESULT_FILES_MAX = 4096
/**
 * Bytes the queue takes (1 GiB; a battle of 1,000 is about 1 MB). At {@link BRIEF_SHARE} of it a
 * battle is kept without the detail of its log; at all of it, or of the files, the newest battle is
 * refused, counted and logged: what lies there was promised first.
 */
export const RESULT_BYTES_MAX = 1024 ** 3
/** Share of the queue's bytes from which detail is left out. */
export const BRIEF_SHARE = 0.75

const WHY_CHARS_MAX = 500
const MAGIC = 'battalion-result 1'
const FILE_MODE = 0o600
const DIRECTORY_MODE = 0o700
const SUFFIX = '.json'
const DRAFT_SUFFIX = '.part'
/** What cannot be read again. */
export const BAD_FOLDER = 'bad'

/** How much the queue takes; tests take less. */
export interface QueueLimits {
  readonly filesMax: number
  readonly bytesMax: number
}

const LIMITS: QueueLimits = { filesMax: RESULT_FILES_MAX, bytesMax: RESULT_BYTES_MAX }

/** What there is in the queue. */
export interface QueueState {
  readonly files: number
  readonly bytes: number
}

/** The queue's files; one of these at a time per directory (DATA_DIR is locked). */
export class ResultFiles {
  readonly #folder: string
  readonly #limits: QueueLimits
  readonly #sizes = new Map<string, number>()
  #bytes = 0

  /** Makes the folder, forgets drafts that were never finished. */
  constructor(folder: string, limits: QueueLimits = LIMITS) {
    this.#folder = folder
    this.#limits = limits
    mkdirSync(join(folder, BAD_FOLDER), { recursive: true, mode: DIRECTORY_MODE })
    for (const name of readdirSync(folder)) {
      if (name.endsWith(DRAFT_SUFFIX)) rmSync(join(folder, name), { force: true })
      if (name.endsWith(SUFFIX)) this.#count(name, statSync(join(folder, name)).size)
    }
  }

  get state(): QueueState {
    return { files: this.#sizes.size, bytes: this.#bytes }
  }

  /** Names of what waits, the oldest battle first. */
  names(): string[] {
    return Array.from(this.#sizes.keys()).toSorted()
  }

  isBrief(): boolean {
    return this.#bytes >= this.#limits.bytesMax * BRIEF_SHARE
  }

  /** Keeps a battle: on disk and synced when it returns. Undefined when the queue is full. */
  keep(packed: PackedMatch): string | undefined {
    const name = nameOf(packed)
    if (this.#sizes.has(name)) return name
    const body = Buffer.from(JSON.stringify(packed))
    const { filesMax, bytesMax } = this.#limits
    const isFull = this.#sizes.size >= filesMax || this.#bytes + body.length > bytesMax
    if (isFull) return undefined
    const head = Buffer.from(`${MAGIC} ${digest(body)}\n`)
    const draft = join(this.#folder, `${name}${DRAFT_SUFFIX}`)
    writeSynced(draft, [head, body])
    renameSync(draft, join(this.#folder, name))
    syncFolder(this.#folder)
    this.#count(name, head.length + body.length)
    return name
  }

  /** The database has it. */
  remove(name: string): void {
    rmSync(join(this.#folder, name), { force: true })
    this.#forget(name)
  }

  /** Out of the way, for somebody to look at. */
  setAside(name: string): void {
    // One that somebody took away is out of the way.
    if (existsSync(join(this.#folder, name))) {
      renameSync(join(this.#folder, name), join(this.#folder, BAD_FOLDER, name))
      syncFolder(this.#folder)
    }
    this.#forget(name)
  }

  #count(name: string, bytes: number): void {
    this.#sizes.set(name, bytes)
    this.#bytes += bytes
  }

  #forget(name: string): void {
    this.#bytes -= this.#sizes.get(name) ?? 0
    this.#sizes.delete(name)
  }
}

/** What a file holds: a battle, or `corrupt` when it is not as it was written. */
export type LoadedResult =
  | { readonly kind: 'loaded'; readonly packed: PackedMatch }
  | { readonly kind: 'corrupt'; readonly why: string }

/** What was kept under `name`; throws while the system does not give it. */
export function loadResult(folder: string, name: string): LoadedResult {
  try {
    return { kind: 'loaded', packed: readPacked(folder, name) }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Too many open files, a disk that fails: the battle may be well.
    if (code !== undefined && code !== 'ENOENT' && /^E[A-Z]+$/.test(code)) throw error
    return { kind: 'corrupt', why: String(error).slice(0, WHY_CHARS_MAX) }
  }
}

function readPacked(folder: string, name: string): PackedMatch {
  const bytes = readFileSync(join(folder, name))
  const end = bytes.indexOf(10)
  const head = bytes.subarray(0, Math.max(0, end)).toString('latin1')
  const body = bytes.subarray(end + 1)
  if (head !== `${MAGIC} ${digest(body)}`) throw new RangeError('the checksum is wrong')
  return parsePacked(JSON.parse(body.toString('utf8')))
}

/** By the end of the battle, so that they sort; ids are ours, but not trusted as file names. */
function nameOf({ match }: PackedMatch): string {
  const at = String(Math.max(0, Math.round(match.endedAtMs))).padStart(15, '0')
  const safe = /^[\w-]{1,64}$/.test(match.matchId)
  return `${at}-${safe ? match.matchId : digest(Buffer.from(match.matchId))}${SUFFIX}`
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function writeSynced(path: string, parts: readonly Buffer[]): void {
  const file = openSync(path, 'w', FILE_MODE)
  try {
    for (const part of parts) {
      for (let at = 0; at < part.length;) at += writeSync(file, part, at)
    }
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** A new name is on disk only once its folder is. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
