/**
 * The keys that sign and verify access tokens, by id [F-10]. A key is Ed25519, derived from the
 * server's secret and its generation, so what is kept and shared of it are times alone. A token's
 * `kid` is looked up in a map and does nothing else [F-02].
 *
 * A key is announced (verifies) before it signs, signs until a newer one does, and verifies until
 * it retires. So as long as processes read the times more often than ANNOUNCED_MS, none refuses a
 * token that another signed; one whose knowledge is older says that it does not know.
 */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'
import type { Clock } from '@battalion/base/clock.ts'

import type { ServerSecret } from './server-secret.ts'

/** From a key's making to its first signature (ms). */
export const ANNOUNCED_MS = 60_000
/** Keys that verify at once; a rotation beyond them is refused. */
export const KEYS_MAX = 8
/** PKCS 8 around the 32 bytes of an Ed25519 key [RFC 8410, 7]. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')
const KID_CHARS = 16

/** What is kept of a key. */
export interface KeyTimes {
  readonly generation: number
  readonly kid: string
  readonly signsAtMs: number
  readonly retiresAtMs: number | undefined
}

/** One key. */
export interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** A public key as the world reads it [RFC 8037]. */
export interface PublicJwk {
  readonly kty: string
  readonly crv: string
  readonly x: string
  readonly kid: string
  readonly use: 'sig'
  readonly alg: 'EdDSA'
}

/** The key of a generation. */
export function deriveSigningKey(secret: ServerSecret, generation: number): SigningKey {
  const seed = secret.derive(`signing key ${generation}`)
  const key = Buffer.concat([PKCS8_HEAD, seed])
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(privateKey)
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const kid = createHash('sha256').update(spki).digest('base64url').slice(0, KID_CHARS)
  return { kid, privateKey, publicKey }
}

/** What a ring stands on. */
export interface KeyRingPorts {
  readonly secret: ServerSecret
  readonly clock: Clock
  /** The times of all keys that still verify. */
  readonly load: () => Promise<readonly KeyTimes[]>
}

type RingKey = KeyTimes & SigningKey

/** The keys of this process. */
export class KeyRing {
  readonly #ports: KeyRingPorts
  #keys: ReadonlyMap<string, RingKey> = new Map()
  #loadedAtMs: number | undefined
  #loading: Promise<void> | undefined

  constructor(ports: KeyRingPorts) {
    this.#ports = ports
  }

  /** Resolves once the keys are known; throws what loading throws. */
  async ready(): Promise<void> {
    if (this.#loadedAtMs !== undefined) return
    await this.reload()
  }

  /** Reads the times again; callers at once share one reading. */
  async reload(): Promise<void> {
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined))
    await this.#loading
  }

  async #load(): Promise<void> {
    const { load, secret, clock } = this.#ports
    const startedMs = clock.monotonicMs()
    const times = (await load()).slice(0, KEYS_MAX)
    const keys = times.map((each): RingKey => {
      const known = this.#keys.get(each.kid)
      return { ...(known ?? deriveSigningKey(secret, each.generation)), ...each }
    })
    this.#keys = new Map(keys.map((key) => [key.kid, key]))
    this.#loadedAtMs = startedMs
  }

  /** The key that signs now: the newest that may. */
  signer(): SigningKey {
    const nowMs = this.#ports.clock.wallMs()
    const able = this.#live(nowMs).filter((key) => key.signsAtMs <= nowMs)
    const [newest] = able.sort((a, b) => b.generation - a.generation)
    if (newest === undefined) throw unknownYet()
    return newest
  }

  /** The public key of an id; undefined for one that does not verify. */
  find(kid: string): KeyObject | undefined {
    const key = this.#keys.get(kid)
    if (key !== undefined)
      return isLive(key, this.#ports.clock.wallMs()) ? key.publicKey : undefined
    // Another process may sign by now with a key that this one could not read of.
    if (this.#ageMs() > ANNOUNCED_MS) throw unknownYet()
    return undefined
  }

  /** The public keys, the newest first. */
  list(): PublicJwk[] {
    const live = this.#live(this.#ports.clock.wallMs())
    return live.sort((a, b) => b.generation - a.generation).map(toJwk)
  }

  #live(nowMs: number): RingKey[] {
    return [...this.#keys.values()].filter((key) => isLive(key, nowMs))
  }

  #ageMs(): number {
    return this.#ports.clock.monotonicMs() - (this.#loadedAtMs ?? Number.NEGATIVE_INFINITY)
  }
}

function isLive({ retiresAtMs }: KeyTimes, nowMs: number): boolean {
  return retiresAtMs === undefined || retiresAtMs > nowMs
}

function toJwk({ kid, publicKey }: SigningKey): PublicJwk {
  const { kty = '', crv = '', x = '' } = publicKey.export({ format: 'jwk' })
  return { kty, crv, x, kid, use: 'sig', alg: 'EdDSA' }
}

function unknownYet(): AppError {
  return new AppError('database_unavailable', 'Sign-in keys are not known yet. Try again.', {
    retryAfterSec: 2,
    internal: 'the times of the signing keys could not be read in time',
  })
}
