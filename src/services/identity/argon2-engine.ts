/**
 * argon2id with the OWASP setting, PHC strings [AUTH-8]. The one file that imports argon2. The work
 * runs in libuv's pool of the process that asks.
 */
import { hash, verify } from '@node-rs/argon2'

/** 19 MiB, two passes, one lane (OWASP); one hash took 23 ms of a core. */
const SETTING = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** Makes and checks hashes, as many at once as it is asked. */
export interface PasswordEngine {
  hash(password: string): Promise<string>
  verify(phc: string, password: string): Promise<boolean>
}

/** argon2 in this process. */
export const argon2Engine: PasswordEngine = {
  hash: (password) => hash(password, SETTING),
  verify: (phc, password) => verify(phc, password),
}
