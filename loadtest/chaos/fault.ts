/**
 * What one row of the fault catalogue is as a program: an id, one sentence, a run that ends with
 * figures. Attacks of a row run in a process of their own and hand back numbers.
 */
import type { BenchRow } from '@battalion/testkit/bench-row.ts'
import type { ChaosLab } from './chaos-lab.ts'
import type { Target } from './raw-link.ts'

/** One measured figure; the shape of `--json` rows. */
export type Figure = BenchRow

/** Numbers an attack process hands back. */
export type AttackReport = Readonly<Record<string, number>>

/** What an attack process is told. */
export interface AttackScene {
  readonly target: Target
  readonly seed: number
  readonly durationMs: number
  /** Further numbers of the row's own. */
  readonly args: Readonly<Record<string, number>>
}

export type Attack = (scene: AttackScene) => Promise<AttackReport>

export interface Fault {
  readonly id: string
  readonly title: string
  /** Rows of a group share one server, its crowd and its baseline. */
  readonly group: string
  /** Part of the 3-minute selection. */
  readonly isSmall: boolean
  /** Runs in a process of its own while the group's crowd plays elsewhere and is measured. */
  readonly isApart?: boolean
  readonly attacks?: Readonly<Record<string, Attack>>
  run(lab: ChaosLab): Promise<Figure[]>
}

/** A figure with a limit, null = told only. */
export function figure(
  name: string,
  value: number,
  limit: number | null,
  shape: { unit: string; better?: 'lower' | 'higher' },
): Figure {
  const { unit, better = 'lower' } = shape
  const isWithin = limit === null || (better === 'lower' ? value <= limit : value >= limit)
  const pass = isWithin && (limit === null || Number.isFinite(value))
  return { name, value, unit, budget: limit, better, pass }
}

/** Something that must be true. */
export function mustHold(name: string, isTrue: boolean): Figure {
  return figure(name, isTrue ? 1 : 0, 1, { unit: 'true', better: 'higher' })
}

/** Something that must never happen. */
export function mustBeZero(name: string, count: number): Figure {
  return figure(name, count, 0, { unit: 'count' })
}
