/**
 * The key that signs access tokens: Ed25519, made on the first start, kept in DATA_DIR with mode
 * 0600. Never logged, never sent. A file that others may read is closed to them on load.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { AppError } from '@battalion/base/app-error.ts'

const KEY_FILE = 'access-token-key.pem'
const OWNER_ONLY = 0o600
const OTHERS_MASK = 0o077

/** Both halves of the signing key. */
export interface TokenKey {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** The key of this data directory, made when absent. */
export function loadTokenKey(dataDir: string): TokenKey {
  const path = join(dataDir, KEY_FILE)
  const pem = readKeyFile(path) ?? createKeyFile(path)
  const privateKey = createPrivateKey(pem)
  if (privateKey.asymmetricKeyType !== 'ed25519') {
    throw new AppError('internal', 'wrong key', { internal: `${path} holds no Ed25519 key` })
  }
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

function readKeyFile(path: string): string | undefined {
  try {
    const pem = readFileSync(path, 'utf8')
    if ((statSync(path).mode & OTHERS_MASK) !== 0) chmodSync(path, OWNER_ONLY)
    return pem
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function createKeyFile(path: string): string {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
  writeFileSync(path, pem, { mode: OWNER_ONLY, flag: 'wx' })
  return pem
}
