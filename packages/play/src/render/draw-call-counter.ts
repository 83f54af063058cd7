/**
 * Counts the draw calls of a picture by wrapping the four drawing functions of one WebGL context.
 */

type DrawName = 'drawArrays' | 'drawElements' | 'drawArraysInstanced' | 'drawElementsInstanced'
const DRAW_NAMES: readonly DrawName[] = [
  'drawArrays',
  'drawElements',
  'drawArraysInstanced',
  'drawElementsInstanced',
]

export interface DrawCallCounter {
  /** Draw calls since `begin`. */
  readonly count: number
  begin(): void
}

/** Wraps `gl`; every later draw through it counts. */
export function countDrawCalls(gl: WebGL2RenderingContext): DrawCallCounter {
  const counter = {
    count: 0,
    begin(): void {
      counter.count = 0
    },
  }
  const functions = gl as unknown as Record<DrawName, (...values: number[]) => void>
  for (const name of DRAW_NAMES) {
    const draw = functions[name].bind(gl)
    functions[name] = (...values) => {
      counter.count++
      draw(...values)
    }
  }
  return counter
}
