/**
 * Enforces a row of the role table before its handler runs: who, how often, how much body, how
 * deep. The order matters: a bad token also counts against the address, so tokens cannot be tried
 * for free; bots started beside the server are exempt from limits per address, not from those per
 * user.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { toUserId } from '@battalion/base/ids.ts'
import type { Context, MiddlewareHandler } from 'hono'
import { every } from 'hono/combine'

import type { AccessClaims } from '../services/auth/access-tokens.ts'
import { authenticateOperator } from './console-cookie.ts'
import type { GuardPorts, GuardsFor, HttpEnv, HttpPorts } from './http-ports.ts'
import { createKeepTrail } from './keep-trail.ts'
import { readJsonBody } from './read-json-body.ts'
import { refuseNul } from './refuse-nul.ts'
import type { RouteRule } from './role-table.ts'
import { ROLE_TABLE } from './role-table.ts'

/** Header with which a process started beside the server signs in bots. */
export const BOT_KEY_HEADER = 'x-battalion-bot-key'

/** The guards of every route. */
export function createGuards(ports: HttpPorts, hasBotKey: (given: string) => boolean): GuardsFor {
  const keepTrail = createKeepTrail({
    openTrail: ports.openTrail,
    logger: ports.logger,
    auditDropped: (why) => ports.metrics.auditDropped(why),
    monotonicMs: ports.monotonicMs,
    findAddress: (context) => addressOf(context, ports),
  })
  return (key) => {
    const rule: RouteRule = ROLE_TABLE[key]
    const guards = [whoAndHowOften(ports, rule, hasBotKey), ...howMuch(rule)]
    return rule.audit === undefined ? every(...guards) : every(keepTrail(rule.audit), ...guards)
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
    // Filters of operators are texts of any length and kind: their query is looked at, too.
    refuseNul(rule.role === 'operator' ? context.req.url : context.req.path)
    if (rule.role === 'anyone') {
      if (!hasBotKey(context.req.header(BOT_KEY_HEADER) ?? '')) {
        await ports.limits.countAddress(rule.rateLimit, address)
      }
      // A sign-in issues its token inside a transaction, where keys are not read any more.
      if (rule.bodyBytesMax > 0) await ports.tokens.ready()
      return next()
    }
    const claims =
      rule.role === 'operator'
        ? await admitOperator(context, ports, { rule, address })
        : await authenticate(context, ports, { rule, address })
    if (claims.kind !== 'bot') await ports.limits.countAddress(rule.rateLimit, address)
    await ports.limits.countUser(rule.rateLimit, claims.userId)
    if (rule.permission !== undefined && !(await mayUser(ports, claims, rule.permission))) {
      throw new AppError('forbidden', 'You are not permitted to do this.')
    }
    return next()
  }
}

/** A console session's claims; who has yet to enrol gets no further than to that. */
async function admitOperator(
  context: Context<HttpEnv>,
  ports: GuardPorts,
  { rule, address }: { rule: RouteRule; address: string },
): Promise<Pick<AccessClaims, 'kind' | 'userId'>> {
  try {
    const operator = await authenticateOperator(context, ports.findConsole)
    context.set('operator', operator)
    context.get('trail').setUser(operator.userId)
    if (operator.isEnrolling && rule.mayEnrol !== true) {
      throw new AppError('forbidden', 'Set a second factor first.')
    }
    return { kind: 'account', userId: toUserId(operator.userId) }
  } catch (error) {
    await ports.limits.countAddress(rule.rateLimit, address)
    throw error
  }
}

function mayUser(
  { permissions }: GuardPorts,
  { userId }: Pick<AccessClaims, 'userId'>,
  permission: NonNullable<RouteRule['permission']>,
): Promise<boolean> {
  return permissions.mayUser(userId, permission)
}

async function authenticate(
  context: Context<HttpEnv>,
  ports: GuardPorts,
  where: { rule: RouteRule; address: string },
): Promise<Pick<AccessClaims, 'kind' | 'userId'>> {
  const token = /^Bearer ([\w.~+/=-]+)$/i.exec(context.req.header('authorization') ?? '')?.[1]
  try {
    if (token === undefined) throw new AppError('unauthenticated', 'Sign in first.')
    const claims = await ports.tokens.verify(token)
    if (await ports.sessions.isLive(claims)) {
      context.set('claims', claims)
      return claims
    }
    throw new AppError('unauthenticated', 'Sign in again: this session has ended.')
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
