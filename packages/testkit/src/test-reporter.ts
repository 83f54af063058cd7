/**
 * Reporter of `run-tests.ts`: one JSON line per finished test, marked with a control character so
 * that nothing a test prints is taken for one. node:test loads reporters by their default export,
 * the one place where the house rule against them has to give way.
 */
import { inspect } from 'node:util'

interface TestEvent {
  readonly type: string
  readonly data: {
    readonly name?: string
    readonly file?: string
    readonly nesting?: number
    readonly skip?: string | boolean
    readonly todo?: string | boolean
    readonly details?: {
      readonly type?: string
      readonly duration_ms?: number
      readonly error?: { readonly cause?: unknown; readonly failureType?: string }
    }
  }
}

/** Lines for {@link TestEvent}s; suites are left out unless they failed on their own. */
export async function* reportTests(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const { details } = data
    const isOnlyChildren = details?.error?.failureType === 'subtestsFailed'
    const isSkipped = data.skip !== undefined && data.skip !== false
    const isSuite = details?.type === 'suite'
    if (isOnlyChildren || (isSuite && type === 'test:pass' && !isSkipped)) continue
    const kind = isSkipped ? 'skip' : type === 'test:pass' ? 'pass' : 'fail'
    const reason = typeof data.skip === 'string' ? data.skip : ''
    yield line({
      kind,
      name: data.name ?? '',
      file: data.file ?? '',
      durationMs: details?.duration_ms ?? 0,
      text: kind === 'fail' ? inspect(details?.error?.cause ?? details?.error) : reason,
    })
  }
}

function line(value: object): string {
  return `\u0001${JSON.stringify(value)}\n`
}

// oxlint-disable-next-line import/no-default-export
export default reportTests
