/**
 * Secrets that must not be in the repository (SEC-1): keys and tokens by the shape that their maker
 * gives them, and long random values under a name that says what they are. Reads tracked files
 * only; a finding names place and kind, never the value.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

import type { Finding } from './tidy-rules.ts'

interface Shape {
  readonly kind: string
  readonly shape: RegExp
}

const SHAPES: readonly Shape[] = [
  { kind: 'a private key', shape: /-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/=]{16}/g },
  { kind: 'an access key of a cloud', shape: /\b(AKIA|ASIA)[0-9A-Z]{16}\b/g },
  {
    kind: 'a token of a code host',
    shape: /\b(gh[pousr]_\w{36,}|github_pat_\w{50,}|glpat-[\w-]{20,})/g,
  },
  { kind: 'a token of a chat', shape: /\bxox[abprs]-[\w-]{10,}/g },
  { kind: 'a key of payments', shape: /\b[sr]k_live_\w{16,}/g },
  {
    kind: 'a token of a package registry',
    shape: /\bnpm_[A-Za-z0-9]{36}\b|_authToken\s*=\s*[\w-]{16,}/g,
  },
  {
    kind: 'a password in an address',
    shape: /\b[a-z]{3,12}:\/\/[\w.-]+:([^\s:@/'"`$<>{}]{12,})@/g,
  },
]

/** A value under a telling name; judged by how random it is. */
const NAMED =
  /\b\w*(?:secret|password|passwd|api_?key|private_?key|access_?token)\w*['"]?\s*[:=]\s*['"]([\w+/=-]{24,})['"]/gi
/** Bits per character from which a long value is nobody's words. */
const ENTROPY_BITS_MIN = 4
const FILE_BYTES_MAX = 5_000_000
/** Files whose name alone is wrong. */
const WRONG_FILES = /(^|\/)(\.env|id_(rsa|ed25519)|.*\.(pem|p12|pfx|keystore))$/

/** A tracked file. */
export interface TrackedFile {
  readonly path: string
  readonly text: string
}

/** Everything that looks like a secret. */
export function scanSecrets(files: readonly TrackedFile[]): Finding[] {
  return files.flatMap(({ path, text }) => {
    const found: Finding[] = []
    const add = (index: number, kind: string) => {
      const line = text.slice(0, index).split('\n').length
      found.push({ path, line, message: `${kind}, take it out and make it void where it is from` })
    }
    if (WRONG_FILES.test(path)) add(0, 'a file that holds secrets')
    for (const { kind, shape } of SHAPES) {
      for (const match of text.matchAll(shape)) add(match.index, kind)
    }
    for (const match of text.matchAll(NAMED)) {
      if (entropyBits(match[1]!) >= ENTROPY_BITS_MIN)
        add(match.index, 'a random value by that name')
    }
    return found
  })
}

/** Shannon entropy (bits per character). */
function entropyBits(text: string): number {
  const counts = new Map<string, number>()
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) {
    const share = count / text.length
    bits -= share * Math.log2(share)
  }
  return bits
}

/** The tracked files that are text; undefined where there is no repository to ask. */
export function readTrackedFiles(): TrackedFile[] | undefined {
  let listed: string
  try {
    listed = execFileSync('git', ['ls-files', '-z'], {
      encoding: 'utf8',
      maxBuffer: 1e8,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return undefined
  }
  return listed.split('\0').flatMap((path) => {
    if (path === '') return []
    try {
      const bytes = readFileSync(path)
      const isText = bytes.length <= FILE_BYTES_MAX && !bytes.subarray(0, 8000).includes(0)
      return [{ path, text: isText ? bytes.toString('utf8') : '' }]
    } catch {
      // Tracked and deleted, or a link to nowhere.
      return []
    }
  })
}
