/** Shapes that the account routes share, and where a request comes from. */
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'

import type { Origin } from '../services/identity/identity-ports.ts'
import type { HttpEnv } from './http-ports.ts'
import { addressKey } from './rate-limits.ts'

/** Bounds the work of a hash long before the rule for passwords speaks (characters). */
const PASSWORD_TEXT_MAX = 512
const EMAIL_CHARS_MAX = 254

export const Email = z.email().max(EMAIL_CHARS_MAX)
export const Password = z.string().max(PASSWORD_TEXT_MAX)

export const TotpCode = z.string().regex(/^\d{6}$/)

export const SignUpRequest = z
  .strictObject({
    name: z.string().min(1).max(100),
    email: Email,
    password: Password,
    inviteCode: z.string().max(64).optional(),
  })
  .openapi('SignUpRequest')

export const SignedIn = z
  .object({
    userId: z.uuid(),
    accessToken: z.string(),
    accessExpiresAt: z.iso.datetime(),
    refreshToken: z.string(),
  })
  .openapi('SignedIn')

/** The answer of every sign-in. */
export function signedInAnswer(description: string) {
  return { description, content: { 'application/json': { schema: SignedIn } } }
}

export const NO_CONTENT = { description: 'Done' } as const

/** What the owner of an account reads about a session. */
export function originOf(context: Context<HttpEnv>): Origin {
  const device = context.req.header('user-agent') ?? ''
  return { device, address: addressKey(context.get('clientAddress')) }
}
