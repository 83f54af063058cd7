/** The rate limits of this process: rows of configuration, and those of each part. */
import type { Config } from './config.ts'
import { MATCH_LIMITS } from './http/match-roles.ts'
import { createRateLimits } from './http/rate-limits.ts'
import type { RateLimits } from './http/rate-limits.ts'
import { SOCIAL_LIMITS } from './http/social-roles.ts'

/** Codes of a second factor that a user may try while he enrols (1/min). */
const TOTP_TRIES_PER_MIN = 5

/** The limits. */
export function createAppLimits(config: Config): RateLimits {
  return createRateLimits({
    read: { perAddress: config.readsPerAddressPerMin },
    guest: { perAddress: config.guestsPerAddressPerMin },
    matchmake: {
      perAddress: config.matchmakesPerAddressPerMin,
      perUser: config.matchmakesPerUserPerMin,
    },
    signIn: { perAddress: config.signInsPerAddressPerMin },
    refresh: { perAddress: config.refreshesPerAddressPerMin },
    account: {
      perAddress: config.readsPerAddressPerMin,
      perUser: config.accountPerUserPerMin,
    },
    totp: { perAddress: config.signInsPerAddressPerMin, perUser: TOTP_TRIES_PER_MIN },
    staff: { perAddress: config.readsPerAddressPerMin, perUser: config.accountPerUserPerMin },
    mail: { perAddress: config.signInsPerAddressPerMin, perUser: config.mailsPerUserPerMin },
    ...SOCIAL_LIMITS,
    ...MATCH_LIMITS,
  })
}
