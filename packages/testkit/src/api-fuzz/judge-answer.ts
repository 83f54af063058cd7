/**
 * What is wrong with an answer to a hostile request: it failed on our side, told of our insides,
 * said something of another's, or is not what the document allows.
 */
import type { ApiOperation } from '../api-document.ts'

/** An answer as it came. */
export interface FuzzAnswer {
  readonly status: number
  readonly contentType: string
  readonly text: string
  /** Cookies that are set and the address that is sent to, where they matter. */
  readonly cookies?: string
  readonly location?: string
}

/** What must never be read in a refusal. */
const INSIDES: readonly RegExp[] = [
  /\bat [\w.<> ]*\(?[\w/.:-]+\.[cm]?[jt]s:\d+/,
  /node_modules|node:internal|file:\/\//,
  /\/(home|root|usr|var|tmp|work|app)\//,
  /\b(TypeError|SyntaxError|RangeError|ReferenceError|ZodError|AssertionError|DatabaseError)\b/,
  /\b(kysely|pglite|postgres|SQLSTATE|zod|hono)\b/i,
  /\b(select|insert into|delete from|update) [\w."]+/i,
  /\b(relation|column|constraint|syntax error|duplicate key|violates)\b/i,
  /\bE(CONN|NOENT|PIPE)\w*/,
]

/** Never in any answer, whoever asks. */
const SECRET = /\$argon2/

/** Where 503 is right: no seat is free, or a provider that staff named does not answer. */
const FULL: readonly (readonly [RegExp, RegExp])[] = [
  [/^POST \/matchmake\/|^POST \/v1\/parties\/battle$/, /"code":"(battle_full|overloaded)"/],
  [/^(POST|made by POST) \/v1\/.*(oidc|identities)\/.*start$/, /"code":"unavailable"/],
]

/** Sentences about what is wrong; none when all is well. */
export function judgeAnswer(
  key: string,
  operation: ApiOperation | undefined,
  answer: FuzzAnswer,
  secrets: { readonly canaries: readonly string[]; readonly tables: readonly string[] },
): string[] {
  const { status, text } = answer
  const isFull = status === 503 && FULL.some(([route, code]) => route.test(key) && code.test(text))
  const wrong: string[] = []
  if (status >= 500 && !isFull) wrong.push(`answers ${status}`)
  for (const canary of secrets.canaries) {
    if (text.includes(canary)) wrong.push(`tells another's ${canary}`)
  }
  if (SECRET.test(text)) wrong.push('tells the hash of a password')
  if (status < 400) return wrong
  const inside = INSIDES.find((shape) => shape.test(text))
  if (inside !== undefined) wrong.push(`tells of insides: ${inside.source}`)
  const table = secrets.tables.find((name) => text.includes(name))
  if (table !== undefined) wrong.push(`names the table ${table}`)
  if (!answer.contentType.startsWith('application/problem+json')) {
    wrong.push(`refuses as ${answer.contentType || 'nothing'}`)
  }
  if (operation !== undefined && !(status in operation.responses)) {
    wrong.push(`answers ${status}, which the document does not tell`)
  }
  return wrong
}
