/**
 * Enforces a row of the role table before its handler runs: who, how often, how much body, how
 * deep. The order matters: a bad token also counts against the address, so tokens cannot be tried
 * for free; bots started beside the server are exempt from limits per address, not from those per
 * user.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { Context, MiddlewareHandler } from 'hono'
import { every } from 'hono/combine'

import type { AccessClaims } from '../services/auth/access-tokens.ts'
import type { GuardPorts, GuardsFor, HttpEnv } from './http-ports.ts'
import { readJsonBody } from './read-json-body.ts'
import type { RouteRule } from './role-table.ts'
import { ROLE_TABLE } from './role-table.ts'

/** Header with which a process started beside the server signs in bots. */
export const BOT_KEY_HEADER = 'x-battalion-bot-key'

/** The guards of every route. */
export function createGuards(ports: GuardPorts, hasBotKey: (given: string) => boolean): GuardsFor {
  return (key) => {
    const rule: RouteRule = ROLE_TABLE[key]
    return every(whoAndHowOften(ports, rule, hasBotKey), ...howMuch(rule))
  }
}

function whoAndHowOften(
  ports: GuardPorts,
  rule: RouteRule,
  hasBotKey: (given: string) => boolean,
): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    const address = addressOf(context, ports)
    context.set('clientAddress', address)
    if (rule.role === 'anyone') {
      if (!hasBotKey(context.req.header(BOT_KEY_HEADER) ?? '')) {
        await ports.limits.countAddress(rule.rateLimit, address)
      }
      return next()
    }
    const claims = await authenticate(context, ports, { rule, address })
    if (claims.kind !== 'bot') await ports.limits.countAddress(rule.rateLimit, address)
    await ports.limits.countUser(rule.rateLimit, claims.userId)
    context.set('claims', claims)
    return next()
  }
}

async function authenticate(
  context: Context<HttpEnv>,
  ports: GuardPorts,
  where: { rule: RouteRule; address: string },
): Promise<AccessClaims> {
  const token = /^Bearer ([\w.~+/=-]+)$/i.exec(context.req.header('authorization') ?? '')?.[1]
  try {
    if (token === undefined) throw new AppError('unauthenticated', 'Sign in first.')
    return await ports.tokens.verify(token)
  } catch (error) {
    await ports.limits.countAddress(where.rule.rateLimit, where.address)
    throw error
  }
}

function addressOf(context: Context<HttpEnv>, ports: GuardPorts): string {
  const remote = context.env?.incoming?.socket.remoteAddress
  return ports.findClientAddress(remote, context.req.header('x-forwarded-for'))
}

/** Routes without a body never read one; Node throws away what comes all the same. */
function howMuch({ bodyBytesMax }: RouteRule): MiddlewareHandler<HttpEnv>[] {
  return bodyBytesMax === 0 ? [] : [readJsonBody(bodyBytesMax)]
}
