/**
 * Takes secrets out of what is about to be logged: whole fields by name, and token shapes inside
 * any text (JSON web tokens, query parameters of Colyseus' socket addresses, bearer headers).
 * Errors become name, message, stack and cause, all scrubbed. Never throws, never goes deeper than
 * SCRUB_DEPTH_MAX.
 */

/** Nesting that is followed; deeper values print as "[deep]". */
const SCRUB_DEPTH_MAX = 6
/** Longest text of one value; the rest is cut. */
const TEXT_CHARS_MAX = 8192

const SECRET_NAMES =
  /^(authorization|cookie|set-cookie|(current|new)?_?password|secret|(_?auth|access|refresh|reconnection)_?token|token|botkey|_authToken|reconnectionToken)$/i
const TOKEN_SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g, '[token]'],
  [/\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.[\w-]{22}\.[\w-]{43}/g, '[token]'],
  [/\b(Bearer)\s+[\w.~+/=-]+/gi, '$1 [token]'],
  [/\b(_authToken|reconnectionToken|sessionId)=[^&\s"]+/gi, '$1=[token]'],
]

/** `text` without anything that has the shape of a token. */
export function scrubText(text: string): string {
  let clean = text.length > TEXT_CHARS_MAX ? `${text.slice(0, TEXT_CHARS_MAX)}…` : text
  for (const [shape, instead] of TOKEN_SHAPES) clean = clean.replace(shape, instead)
  return clean
}

/** A copy of `fields` that may be written to a log. */
export function scrubFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return scrubObject(fields, 0)
}

function scrubObject(fields: object, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    clean[name] = SECRET_NAMES.test(name) ? '[secret]' : scrubValue(value, depth + 1)
  }
  return clean
}

function scrubValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return scrubText(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth > SCRUB_DEPTH_MAX) return '[deep]'
  if (value instanceof Error) return scrubError(value, depth)
  if (Array.isArray(value)) return value.map((item) => scrubValue(item, depth + 1))
  return scrubObject(value, depth)
}

function scrubError(error: Error, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {
    kind: error.name,
    message: scrubText(error.message),
    stack: scrubText(error.stack ?? ''),
  }
  const internal = (error as { internal?: unknown }).internal
  if (typeof internal === 'string') clean['internal'] = scrubText(internal)
  if (error.cause !== undefined) clean['cause'] = scrubValue(error.cause, depth + 1)
  return clean
}
