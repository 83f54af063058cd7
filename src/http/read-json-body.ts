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

/** Middleware: afterwards `context.req.json()` gives a checked value. */
export function readJsonBody(): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    const text = await context.req.text()
    const value = text.trim() === '' ? {} : parseJson(text)
    checkShape(value, 1)
    // Hono keeps promises here, whatever its types say.
    const checked: unknown = Promise.resolve(JSON.stringify(value))
    context.req.bodyCache.text = checked as string
    await next()
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AppError('invalid_request', 'The body is not JSON.')
  }
}

function checkShape(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth > JSON_DEPTH_MAX) {
    throw new AppError('invalid_request', `The body is nested deeper than ${JSON_DEPTH_MAX}.`)
  }
  for (const [key, child] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) throw new AppError('invalid_request', 'A key is not allowed.')
    checkShape(child, depth + 1)
  }
}
