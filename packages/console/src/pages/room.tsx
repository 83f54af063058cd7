/** One battle from inside, live: figures over time, ticks by phase, who is in it, its log. */
import { useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'

import type { BattlePlayer, BattleSample } from '@battalion/client/api-types.ts'
import type { BattleSummary, RoomLine, TickHistogram } from '@battalion/client/api-types.ts'

import { Action } from '../kit/action.tsx'
import { ChoiceField } from '../kit/long-fields.tsx'
import { Card, Facts, PageHead, Time } from '../kit/facts.tsx'
import { Field } from '../kit/form.tsx'
import { Histogram } from '../kit/histogram.tsx'
import { LiveBadge } from '../kit/live-badge.tsx'
import { Load } from '../kit/load-state.tsx'
import { Plot } from '../kit/plot.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useStream } from '../kit/use-stream.ts'
import { timesOf, withSample } from '../live-samples.ts'
import { useOperator } from '../operator.tsx'
import { RoomLog } from './room-log.tsx'
import { RoomPlayers } from './room-players.tsx'
import { ageText, RoomState } from './rooms.tsx'

/** Histograms show so much of the past (s). */
const WINDOW_SEC = 60
const LINES_MAX = 200

interface Inside {
  readonly room: BattleSummary
  readonly samples: readonly BattleSample[]
  readonly ticks: TickHistogram
  readonly players: readonly BattlePlayer[]
  readonly lines: readonly RoomLine[]
}

/** The page of `/console/rooms/:id`. */
export function Room({ id = '' }: { id?: string }) {
  const { api, may } = useOperator()
  const { route } = useLocation()
  const [inside, setInside] = useState<Inside | undefined>()
  const path = { roomId: id }
  const first = useLoad(async () => {
    const read = await api.get('/v1/admin/rooms/{roomId}', { params: { path } })
    setInside(read)
    return read
  }, [id])
  const change = (next: (now: Inside) => Inside) =>
    setInside((now) => (now === undefined ? now : next(now)))
  const stream = useStream(`/v1/admin/rooms/${encodeURIComponent(id)}/live`, {
    room(data) {
      const { room, ticks } = data as Pick<Inside, 'room' | 'ticks'>
      change((now) => ({ ...now, room, ticks, samples: withSample(now.samples, room.now) }))
    },
    players: (data) => change((now) => ({ ...now, players: data as BattlePlayer[] })),
    lines: (data) => change((now) => ({ ...now, lines: withLines(now.lines, data as RoomLine[]) })),
  })
  const close = async ({ reason = '', within = '0' }: Readonly<Record<string, string>>) => {
    const body = { reason, withinSec: Number(within) }
    await api.post('/v1/admin/rooms/{roomId}/close', { params: { path }, body })
    return within === '0'
      ? 'The battle is ended.'
      : 'Nobody new gets in; the battle goes to its end.'
  }
  return (
    <>
      <PageHead title={`Room ${id}`}>
        <LiveBadge state={stream} />
        {may('rooms.write') && (
          <Action
            label="Close the room"
            text="Nobody new gets in, and no next battle begins here."
            isDanger
            act={close}
            onDone={() => route('/console/rooms')}
          >
            <ChoiceField name="within" label="The running battle" options={WITHIN} />
            <Field name="reason" label="Reason" />
          </Action>
        )}
      </PageHead>
      <Load of={{ ...first, value: inside ?? first.value }}>
        {(value) => <View of={value} id={id} isLive={stream === 'live'} />}
      </Load>
    </>
  )
}

const WITHIN = [
  ['0', 'ends now, without a result'],
  ['60', 'may take another minute'],
  ['300', 'may take another 5 minutes'],
  ['1200', 'may take another 20 minutes'],
] as const

/** The stream begins with all lines: what is there already stays. */
function withLines(now: readonly RoomLine[], more: readonly RoomLine[]): readonly RoomLine[] {
  const last = now.at(-1)?.number ?? 0
  return [...now, ...more.filter(({ number }) => number > last)].slice(-LINES_MAX)
}

function View({ of, id, isLive }: { of: Inside; id: string; isLive: boolean }) {
  const { room, samples, ticks, players, lines } = of
  return (
    <>
      {!isLive && <p class="soft">What is shown is of the last moment the room was heard of.</p>}
      <Head of={room} />
      <Plots samples={samples} />
      <Ticks key={id} ticks={ticks} room={room} />
      <RoomPlayers players={players} roomId={id} />
      <RoomLog lines={lines} />
    </>
  )
}

function Head({ of }: { of: BattleSummary }) {
  const { now } = of
  return (
    <Card title="Now">
      <Facts
        of={{
          Battle: `${of.mode} on ${of.map}`,
          State: <RoomState of={of} />,
          Players: `${now.people} people, ${now.bots} bots of ${of.playersMax}`,
          Watching: now.spectators,
          'Lost, may come back': now.awaited,
          'Seats not yet taken': of.reserved,
          Rates: `${of.tickRateHz} ticks, ${of.snapshotRateHz.toFixed(1)} snapshots a second`,
          'Tick p50, p99': `${now.tickMsP50.toFixed(1)}, ${now.tickMsP99.toFixed(1)} ms`,
          'Overload step': now.overloadStep,
          'Per client': `${(now.bytesPerClient / 1000).toFixed(1)} kB/s`,
          'Open since': <Time at={new Date(of.openedAtMs).toISOString()} />,
          'That is': ageText(of.openedAtMs),
          Balance: of.balanceVersion,
          Match: <code>{of.matchId}</code>,
        }}
      />
    </Card>
  )
}

function Plots({ samples }: { samples: readonly BattleSample[] }) {
  const times = timesOf(samples)
  const of = (pick: (sample: BattleSample) => number) => samples.map(pick)
  return (
    <div class="cards">
      <Plot
        title="In it"
        unit="count"
        times={times}
        lines={[
          { label: 'people', color: '--accent', values: of(({ people }) => people) },
          { label: 'bots', color: '--soft', values: of(({ bots }) => bots) },
          { label: 'watching', color: '--good', values: of(({ spectators }) => spectators) },
        ]}
      />
      <Plot
        title="Tick"
        unit="ms"
        times={times}
        lines={[
          { label: 'p50', color: '--good', values: of(({ tickMsP50 }) => tickMsP50) },
          { label: 'p99', color: '--accent', values: of(({ tickMsP99 }) => tickMsP99) },
        ]}
      />
      <Plot
        title="Snapshots per client"
        unit="kB per second"
        times={times}
        lines={[
          {
            label: 'one client',
            color: '--accent',
            values: of(({ bytesPerClient }) => bytesPerClient / 1000),
          },
        ]}
      />
      <Plot
        title="Overload step"
        unit="0 is none"
        times={times}
        lines={[{ label: 'step', color: '--warn', values: of(({ overloadStep }) => overloadStep) }]}
      />
    </div>
  )
}

const PHASES = [
  ['total', 'All of a tick'],
  ['input', 'Inputs'],
  ['sim', 'Simulation'],
  ['rewind', 'Shots in the past'],
  ['encode', 'Encoding'],
  ['send', 'Sending'],
] as const

/** Counts since the room opened less those of a minute ago, as far as the page has seen them. */
function Ticks({ ticks, room }: { ticks: TickHistogram; room: BattleSummary }) {
  const seen = useRef<{ readonly atMs: number; readonly ticks: TickHistogram }[]>([])
  const { atMs } = room.now
  if (seen.current.at(-1)?.atMs !== atMs) seen.current.push({ atMs, ticks })
  if (seen.current.length > WINDOW_SEC + 1) seen.current.shift()
  const [oldest] = seen.current
  const isFirst = seen.current.length < 2
  const sinceSec = isFirst ? 0 : Math.round((atMs - oldest!.atMs) / 1000)
  return (
    <Card title="Ticks by phase">
      <p class="soft">
        {isFirst ? 'Since the room opened.' : `Of the last ${sinceSec} seconds.`} Phases do not
        overlap.
      </p>
      <div class="cards">
        {PHASES.map(([phase, title]) => (
          <Histogram
            key={phase}
            title={title}
            boundsMs={ticks.boundsMs}
            counts={ticks.counts[phase].map(
              (count, index) => count - (isFirst ? 0 : oldest!.ticks.counts[phase][index]!),
            )}
          />
        ))}
      </div>
    </Card>
  )
}
