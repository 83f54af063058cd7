/**
 * What live pages of the console read, put together from the metrics of the process and the battles
 * it runs. One sampler a second for the process: rooms are asked then and never in their ticks.
 */
import type { OpenBattle } from '../rooms/ports.ts'
import type { LiveDesk, LiveRoom, Overview, OverviewSample, RoomLine } from './admin/live-ports.ts'
import type { HealthPart } from './http/ops-server.ts'
import type { BattleBook } from './open-battles.ts'
import type { ProcessFigureReader } from './telemetry/process-figures.ts'
import { scrubFields, scrubText } from './telemetry/scrub.ts'
import { systemClock, systemTimers } from './system-clock.ts'

const SAMPLE_MS = 1000
/** Samples of the process that are remembered: five minutes. */
const SAMPLES_MAX = 300
/** Longest line of a room's log as it is shown (characters of its fields). */
const FIELDS_CHARS_MAX = 2000

/** What it stands on. */
export interface LiveDeskOptions {
  readonly battles: BattleBook
  readonly reader: ProcessFigureReader
  readonly version: string
  readonly region: string
  readonly roomsMax: number
  readonly isDraining: () => boolean
  readonly database: () => HealthPart
  /** Users in home rooms. */
  readonly countHome: () => number
  /** After each sample. */
  readonly onSample: () => void
}

/** The desk, its timer, and the rooms behind it. */
export interface AppLiveDesk extends LiveDesk {
  stop(): void
}

/** Opens it; samples from now on. */
export function openLiveDesk(options: LiveDeskOptions): AppLiveDesk {
  const startedAtMs = systemClock.wallMs()
  const history: OverviewSample[] = []
  const sample = () => {
    for (const { view } of options.battles.all()) view.sample()
    history.push(sampleProcess(options))
    if (history.length > SAMPLES_MAX) history.shift()
    options.onSample()
  }
  const stop = repeat(sample, SAMPLE_MS)
  const overview = (): Overview => ({
    version: options.version,
    region: options.region,
    startedAtMs,
    isDraining: options.isDraining(),
    database: toPart(options.database()),
    roomsMax: options.roomsMax,
    sample: history.at(-1) ?? sampleProcess(options),
    ...copyTroubles(options.reader),
  })
  return {
    overview,
    history: () => history,
    rooms: () => options.battles.all().map(({ view }) => view.summary()),
    findRoom(roomId) {
      const battle = options.battles.find(roomId)
      return battle === undefined ? undefined : liveRoom(battle)
    },
    stop() {
      stop()
      options.reader.stop()
    },
  }
}

function sampleProcess({ battles, reader, countHome }: LiveDeskOptions): OverviewSample {
  const rooms = battles.all()
  let tickMsP99 = 0
  let bytesPerSec = 0
  let people = 0
  let bots = 0
  for (const { view } of rooms) {
    const { now } = view.summary()
    tickMsP99 = Math.max(tickMsP99, now.tickMsP99)
    bytesPerSec += now.bytesPerSec
    people += now.people
    bots += now.bots
  }
  const figures = reader.figures()
  return {
    atMs: systemClock.wallMs(),
    ...figures,
    people,
    bots,
    atHome: countHome(),
    rooms: rooms.length,
    tickMsP99,
    bytesPerSec,
  }
}

function copyTroubles(reader: ProcessFigureReader) {
  const { refusals, errors, answers, disconnects } = reader.troubles()
  return {
    refusals: [...refusals],
    errors: [...errors],
    answers: [...answers],
    disconnects: [...disconnects],
  }
}

function toPart({ ok, detail }: HealthPart): Overview['database'] {
  return { ok, detail }
}

function liveRoom({ view }: OpenBattle): LiveRoom {
  return {
    summary: () => view.summary(),
    samples: () => view.samples(),
    ticks() {
      const { boundsMs, counts } = view.ticks()
      const { input, sim, rewind, encode, send, total } = counts
      return {
        boundsMs: [...boundsMs],
        counts: {
          input: [...input],
          sim: [...sim],
          rewind: [...rewind],
          encode: [...encode],
          send: [...send],
          total: [...total],
        },
      }
    },
    players: () => view.players(),
    linesAfter: (number) => view.linesAfter(number).map(toLine),
  }
}

/** Scrubbed as the log itself is. */
function toLine(line: ReturnType<OpenBattle['view']['linesAfter']>[number]): RoomLine {
  const { number, atMs, level, message } = line
  const { room: _, ...fields } = scrubFields(line.fields)
  const text = JSON.stringify(fields).slice(0, FIELDS_CHARS_MAX)
  return { number, atMs, level, message: scrubText(message), fields: text }
}

/** Calls `work` again and again; the answer ends it. */
function repeat(work: () => void, everyMs: number): () => void {
  let isStopped = false
  let timer = systemTimers.setTimeout(run, everyMs)
  function run(): void {
    if (isStopped) return
    timer = systemTimers.setTimeout(run, everyMs)
    work()
  }
  return () => {
    isStopped = true
    timer.cancel()
  }
}
