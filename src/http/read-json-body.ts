/**
 * Reads a body as JSON once, before any schema sees it: valid UTF-8 and JSON, nested at most
 * JSON_DEPTH_MAX, no key that JavaScript gives a meaning (`__proto__`) [B-03, A-11]. An empty body
 * counts as an empty object, as the stock SDK sends none when there are no options.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { MiddlewareHandler } from 'hono'

import type { HttpEnv } from './http-ports.ts'

/** Deepest nesting of a request: an object in nothing is 1. */
export const JSON_DEPTH_MAX = 8
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

/** Middleware: afterwards `context.get('body')` and `context.req.json()` give a checked value. */
export function readJsonBody(bytesMax: number): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    if (Number(context.req.header('content-length') ?? 0) > bytesMax) throw tooLarge(bytesMax)
    const text = await readText(context.req.raw.body, bytesMax)
    const value = text.trim() === '' ? {} : parseJson(text)
    checkShape(value, 1)
    // Hono keeps promises here, whatever its types say.
    const isAbsent = text === '' && context.req.header('content-type') === undefined
    const checked: unknown = Promise.resolve(isAbsent ? '' : JSON.stringify(value))
    context.req.bodyCache.text = checked as string
    context.set('body', value)
    await next()
  }
}

/**
 * Own reading instead of Hono's `bodyLimit`: that one rebuilds the Request, which only works when
 * the server replaces the global classes.
 */
async function readText(
  body: ReadableStream<Uint8Array> | null,
  bytesMax: number,
): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > bytesMax) throw tooLarge(bytesMax)
    chunks.push(chunk)
  }
  try {
    return decoder.decode(Buffer.concat(chunks))
  } catch {
    throw new AppError('invalid_request', 'The body is not UTF-8.')
  }
}

function tooLarge(bytesMax: number): AppError {
  return new AppError('body_too_large', `A request has at most ${bytesMax} bytes.`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, dropNul)
  } catch {
    throw new AppError('invalid_request', 'The body is not JSON.')
  }
}

/** PostgreSQL keeps no NUL, in text and JSON alike; to a reader it is nothing. */
function dropNul(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '') : value
}

function checkShape(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth > JSON_DEPTH_MAX) {
    throw new AppError('invalid_request', `The body is nested deeper than ${JSON_DEPTH_MAX}.`)
  }
  for (const [key, child] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key) || key.includes('\0')) {
      throw new AppError('invalid_request', 'A key is not allowed.')
    }
    checkShape(child, depth + 1)
  }
}
