/**
 * Limits per route as data, counted per address and per user in fixed windows of a minute. Over the
 * limit: `rate_limited` with the seconds to wait. Memory: one small record per address and minute,
 * and an IPv6 address counts as its /64, so one host cannot have more keys than one customer.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

const WINDOW_SEC = 60
const MS_PER_SEC = 1000
const IPV6_GROUPS = 8
const IPV6_PREFIX_GROUPS = 4
const IPV6_LOOPBACK = '::1'

export type RateLimitName =
  | 'read'
  | 'guest'
  | 'matchmake'
  | 'signIn'
  | 'refresh'
  | 'account'
  | 'mail'
  | 'totp'
  | 'staff'
  | 'socialRead'
  | 'socialWrite'
  | 'chat'
  | 'report'
  | 'matches'
  | 'shared'

/** Requests a minute; from configuration. */
export interface RateLimitRow {
  readonly perAddress: number
  /** Absent where no user is known. */
  readonly perUser?: number
}

export type RateLimitTable = Readonly<Record<RateLimitName, RateLimitRow>>

/** Counts one request; throws AppError `rate_limited` when it is one too many. */
export interface RateLimits {
  countAddress(name: RateLimitName, address: string): Promise<void>
  countUser(name: RateLimitName, userId: string): Promise<void>
}

/** Limits of one process; behind a balancer each process counts for itself. */
export function createRateLimits(table: RateLimitTable): RateLimits {
  const limiters = new Map<string, RateLimiterMemory>()
  for (const [name, row] of Object.entries(table)) {
    limiters.set(`${name} address`, createLimiter(row.perAddress))
    if (row.perUser !== undefined) limiters.set(`${name} user`, createLimiter(row.perUser))
  }
  return {
    countAddress: (name, address) => count(limiters.get(`${name} address`), addressKey(address)),
    countUser: (name, userId) => count(limiters.get(`${name} user`), userId),
  }
}

async function count(limiter: RateLimiterMemory | undefined, key: string): Promise<void> {
  try {
    await limiter?.consume(key)
  } catch (refusal) {
    throw toTooMany(refusal)
  }
}

/** What an address counts as, and is shown as: itself, or its /64 when IPv6. */
export function addressKey(address: string): string {
  const mapped = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
  if (!mapped.includes(':') || mapped === IPV6_LOOPBACK) return mapped
  const [head = '', tail] = mapped.split('::')
  const groups = head === '' ? [] : head.split(':')
  const tailGroups = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = IPV6_GROUPS - groups.length - tailGroups.length
  const middle = tail === undefined ? [] : Array.from({ length: Math.max(0, zeros) }, () => '0')
  const prefix = [...groups, ...middle, ...tailGroups].slice(0, IPV6_PREFIX_GROUPS).join(':')
  return `${prefix}::/64`
}

function createLimiter(points: number): RateLimiterMemory {
  return new RateLimiterMemory({ points, duration: WINDOW_SEC })
}

function toTooMany(refusal: unknown): unknown {
  if (!(refusal instanceof RateLimiterRes)) return refusal
  const retryAfterSec = Math.max(1, Math.ceil(refusal.msBeforeNext / MS_PER_SEC))
  return new AppError('rate_limited', `Too many requests; try again in ${retryAfterSec} s.`, {
    retryAfterSec,
  })
}
