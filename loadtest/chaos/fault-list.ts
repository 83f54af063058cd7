/** Every row of the catalogue that is a program, in the order they run. */
import type { Fault } from './fault.ts'
import { malformedFrames } from './faults/malformed-frames.ts'

/** The rows; ids are those of faults.md. */
export const FAULTS: readonly Fault[] = [malformedFrames]
