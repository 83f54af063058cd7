/** Signing keys without a database: one from a random secret, or what a test says. Tests only. */
import { randomBytes } from 'node:crypto'

import type { Clock } from '@battalion/base/clock.ts'

import { deriveSigningKey, KeyRing } from '../services/auth/key-ring.ts'
import type { KeyTimes } from '../services/auth/key-ring.ts'
import { createServerSecret } from '../services/auth/server-secret.ts'
import type { ServerSecret } from '../services/auth/server-secret.ts'
import { systemClock } from '../system-clock.ts'

/** Keys and the secret they come from. */
export interface TestKeys {
  readonly ring: KeyRing
  readonly secret: ServerSecret
  /** What the ring reads next. */
  times: KeyTimes[]
}

/** A secret for a server of a test or bench, as `SERVER_SECRET` takes it. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64')
}

/** One key that signs. */
export function createTestKeys(clock: Clock = systemClock): TestKeys {
  const secret = createServerSecret(randomSecret())
  const { kid } = deriveSigningKey(secret, 1)
  const times: KeyTimes[] = [{ generation: 1, kid, signsAtMs: 0, retiresAtMs: undefined }]
  const made: TestKeys = {
    secret,
    times,
    ring: new KeyRing({ secret, clock, load: () => Promise.resolve(made.times) }),
  }
  return made
}
