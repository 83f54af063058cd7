/**
 * When the next command is due: the room's tick rate, steered by what the server says waits for it.
 * Both ends count ticks by their own crystal and the network breathes, so an unsteered client
 * starves the server's queue or overflows it sooner or later; ±5 % of pace keeps it at its target
 * and is too little to feel.
 *
 * Reads no clock. A stalled program (a hidden tab) skips time, it does not catch up in a burst.
 */
import { assert } from '@battalion/base/assert.ts'
import { COMMANDS_PER_FRAME_MAX } from '@battalion/wire/wire-limits.ts'
import type { CommandLead } from './command-lead.ts'

/** Commands made by one `due`; a longer stall is skipped. Equals what one frame can carry. */
export const COMMANDS_PER_UPDATE_MAX = COMMANDS_PER_FRAME_MAX
/** Furthest the pace strays from 1. */
export const PACE_STEP_MAX = 0.05
/** Share of pace per command too few or too many: corrects in about 20 ticks, without swinging. */
const PACE_GAIN = 0.05
/** Weight of a new report: the frames of 1 to 3 commands make the figure a saw tooth. */
const REPORT_GAIN = 0.1
/** Commands that should wait beyond the saw tooth: one whole tick of room for jitter. */
const WAITING_MARGIN = 0.5
/** Mean deviations of jitter that should not starve the queue. */
const JITTER_FACTOR = 2
/** Further margin at most, for bad networks (commands); the server's queue holds 4. */
const JITTER_MARGIN_MAX = 0.75
/** Waiting beyond the target by this many commands is believed over any lead: the queue fills. */
const WAITING_EXCESS_MAX = 1.5

export class CommandClock {
  readonly #tickMs: number
  #timeScale = 1
  #commandsPerFrame: number
  #jitterMs = 0
  #nextDueMs = Number.NaN
  #waitingMean: number
  #target: number
  #pace = 1

  constructor(tickRateHz: number, commandsPerFrame: number) {
    assert(tickRateHz > 0, 'a room ticks')
    assert(commandsPerFrame >= 1, 'a frame holds a command')
    this.#tickMs = 1000 / tickRateHz
    this.#commandsPerFrame = commandsPerFrame
    this.#target = this.#targetFor(0)
    this.#waitingMean = this.#target
  }

  /** Time between two commands at the room's present pace (ms). */
  get periodMs(): number {
    return this.#tickMs / this.#timeScale
  }

  /** The room's time runs slower or as usual from now on (seconds of battle per second). */
  setTimeScale(timeScale: number): void {
    assert(timeScale > 0, 'time goes on')
    this.#timeScale = timeScale
  }

  /** Frames hold this many commands from now on: fewer need less waiting at the server. */
  setCommandsPerFrame(commandsPerFrame: number): void {
    if (commandsPerFrame === this.#commandsPerFrame) return
    const fewer = this.#commandsPerFrame - commandsPerFrame
    this.#commandsPerFrame = commandsPerFrame
    // One command left out, or made twice as soon, moves the queue at once; pace takes a second.
    this.#nextDueMs += fewer * this.periodMs
    this.#waitingMean -= fewer / 2
    this.#target = this.#targetFor(this.#jitterMs)
  }

  /** 1 = the room's rate. */
  get pace(): number {
    return this.#pace
  }

  /** Commands the server should find waiting, on average, after each of its steps. */
  get targetWaiting(): number {
    return this.#target
  }

  /** How many commands are to be made now, 0..COMMANDS_PER_UPDATE_MAX. */
  due(nowMs: number): number {
    if (Number.isNaN(this.#nextDueMs)) this.#nextDueMs = nowMs
    let count = 0
    while (this.#nextDueMs <= nowMs && count < COMMANDS_PER_UPDATE_MAX) {
      this.#nextDueMs += this.periodMs / this.#pace
      count++
    }
    if (this.#nextDueMs <= nowMs) this.#nextDueMs = nowMs + this.periodMs
    return count
  }

  /** How far the present is between the last command and the next, 0..1. */
  fraction(nowMs: number): number {
    if (Number.isNaN(this.#nextDueMs)) return 0
    const leftMs = this.#nextDueMs - nowMs
    return Math.min(1, Math.max(0, 1 - (leftMs * this.#pace) / this.periodMs))
  }

  /**
   * Takes the server's word of how many commands wait, once per snapshot, and how much too early
   * they come. The count moves in whole ticks, so it keeps half a tick more waiting than needed: it
   * steers only until the lead is known.
   */
  report(inputsWaiting: number, jitterMs: number, lead?: Pick<CommandLead, 'tooEarlyMs'>): void {
    this.#jitterMs = jitterMs
    this.#target = this.#targetFor(jitterMs)
    this.#waitingMean += (inputsWaiting - this.#waitingMean) * REPORT_GAIN
    const missing = this.#target - this.#waitingMean
    const tooEarlyMs = lead?.tooEarlyMs(jitterMs) ?? Number.NaN
    const isLeadKnown = !Number.isNaN(tooEarlyMs) && missing > -WAITING_EXCESS_MAX
    const wanted = (isLeadKnown ? -tooEarlyMs / this.periodMs : missing) * PACE_GAIN
    this.#pace = 1 + Math.min(PACE_STEP_MAX, Math.max(-PACE_STEP_MAX, wanted))
  }

  /** Forgets phase and pace, after a reconnect. */
  reset(): void {
    this.#nextDueMs = Number.NaN
    this.#pace = 1
    this.#waitingMean = this.#target
  }

  #targetFor(jitterMs: number): number {
    const sawTooth = (this.#commandsPerFrame - 1) / 2
    // The margin alone rides out jitter of one period; only what is beyond costs age.
    const beyond = Math.max(0, (jitterMs * JITTER_FACTOR) / this.periodMs - WAITING_MARGIN)
    return sawTooth + WAITING_MARGIN + Math.min(JITTER_MARGIN_MAX, beyond)
  }
}
