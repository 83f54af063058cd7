/** What the server does now: figures of each second, drawn over the last minutes, and troubles. */
import { useState } from 'preact/hooks'

import type { Overview as State, OverviewSample } from '@battalion/client/api-types.ts'

import { Badge, Card, PageHead, Tile, Time } from '../kit/facts.tsx'
import { LiveBadge } from '../kit/live-badge.tsx'
import { Load } from '../kit/load-state.tsx'
import { Plot } from '../kit/plot.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useStream } from '../kit/use-stream.ts'
import { ratesOf, timesOf, withSample } from '../live-samples.ts'
import { useOperator } from '../operator.tsx'
import { MaintenanceCard } from './maintenance-card.tsx'

const MIB = 2 ** 20
/** From here a figure is shown as bad: p99 of a tick (ms), lag of the loop (ms), share of time. */
const BAD = { tickMs: 25, lagMs: 100, busyShare: 0.9 }

/** The first page. */
export function Overview() {
  const { api } = useOperator()
  const [state, setState] = useState<State | undefined>()
  const [samples, setSamples] = useState<readonly OverviewSample[]>([])
  const read = async () => {
    const { overview, samples: before } = await api.get('/v1/admin/overview')
    setState((now) => now ?? overview)
    setSamples((now) => (now.length > before.length ? now : before))
    return overview
  }
  const first = useLoad(read, [])
  const stream = useStream('/v1/admin/live', {
    overview(data) {
      const next = data as State
      setState(next)
      setSamples((now) => withSample(now, next.sample))
    },
  })
  return (
    <>
      <PageHead title="Overview" text="One process of the server, second by second.">
        <LiveBadge state={stream} />
      </PageHead>
      <Load of={{ ...first, value: state ?? first.value }}>
        {(value) => (
          <>
            <Tiles of={value} samples={samples} />
            <MaintenanceCard />
            <Plots samples={samples} />
            <Troubles of={value} />
          </>
        )}
      </Load>
    </>
  )
}

function Tiles({ of, samples }: { of: State; samples: readonly OverviewSample[] }) {
  const { sample, database, roomsMax } = of
  const minute = samples.at(-61) ?? samples[0] ?? sample
  const gained = (count: (one: OverviewSample) => number) => count(sample) - count(minute)
  const refused = gained(({ joinsRefused }) => joinsRefused)
  const errors = gained((one) => one.errors + one.serverErrors)
  return (
    <div class="tiles">
      <Tile name="People" value={sample.people} note={`${sample.atHome} in home rooms`} />
      <Tile name="Bots" value={sample.bots} note={`${sample.spectating} spectators`} />
      <Tile name="Rooms" value={sample.rooms} note={`of ${roomsMax} at most`} />
      <Tile name="Seats" value={sample.seatsReserved} note="given and not yet taken" />
      <Tile
        name="Joins"
        value={gained(({ joins }) => joins)}
        note={`last minute, ${refused} refused`}
        isBad={refused > 0}
      />
      <Tile
        name="Tick p99"
        value={`${round(sample.tickMsP99)} ms`}
        note="of the slowest room"
        isBad={sample.tickMsP99 > BAD.tickMs}
      />
      <Tile
        name="Overload step"
        value={sample.overloadStep}
        note={`${sample.closedRooms} rooms take nobody`}
        isBad={sample.overloadStep > 0}
      />
      <Tile
        name="Loop lag"
        value={`${round(sample.loopLagMs)} ms`}
        note={`${Math.round(sample.busyShare * 100)} % busy`}
        isBad={sample.loopLagMs > BAD.lagMs || sample.busyShare > BAD.busyShare}
      />
      <Tile
        name="Memory"
        value={`${Math.round(sample.rssBytes / MIB)} MiB`}
        note={`${Math.round(sample.heapBytes / MIB)} MiB heap`}
      />
      <Tile name="Errors" value={errors} note="last minute" isBad={errors > 0} />
      <Tile
        name="Database"
        value={database.ok ? 'answers' : 'away'}
        note={database.detail}
        isBad={!database.ok}
      />
      <Tile
        name="Server"
        value={of.isDraining ? 'drains' : 'open'}
        note={`${of.version}, ${of.region}`}
        isBad={of.isDraining}
      />
    </div>
  )
}

function round(value: number): string {
  return value.toLocaleString(undefined, { maximumFractionDigits: value < 10 ? 1 : 0 })
}

function Plots({ samples }: { samples: readonly OverviewSample[] }) {
  return (
    <div class="cards">
      <GamePlots samples={samples} />
      <CostPlots samples={samples} />
    </div>
  )
}

/** Who plays, and what goes wrong. */
function GamePlots({ samples }: { samples: readonly OverviewSample[] }) {
  const times = timesOf(samples)
  const of = (pick: (sample: OverviewSample) => number) => samples.map(pick)
  return (
    <>
      <Plot
        title="Players"
        unit="count"
        times={times}
        lines={[
          { label: 'people', color: '--accent', values: of(({ people }) => people) },
          { label: 'bots', color: '--soft', values: of(({ bots }) => bots) },
          { label: 'spectators', color: '--good', values: of(({ spectating }) => spectating) },
        ]}
      />
      <Plot
        title="Joins"
        unit="per second"
        times={times}
        lines={[
          { label: 'joined', color: '--good', values: ratesOf(samples, ({ joins }) => joins) },
          {
            label: 'refused',
            color: '--danger',
            values: ratesOf(samples, ({ joinsRefused }) => joinsRefused),
          },
          {
            label: 'gone',
            color: '--soft',
            values: ratesOf(samples, ({ disconnects }) => disconnects),
          },
        ]}
      />
      <Plot
        title="Rooms"
        unit="count"
        times={times}
        lines={[
          { label: 'open', color: '--accent', values: of(({ rooms }) => rooms) },
          { label: 'take nobody', color: '--warn', values: of(({ closedRooms }) => closedRooms) },
        ]}
      />
      <Plot
        title="Errors"
        unit="per second"
        times={times}
        lines={[
          { label: 'caught', color: '--danger', values: ratesOf(samples, ({ errors }) => errors) },
          {
            label: 'HTTP 5xx',
            color: '--warn',
            values: ratesOf(samples, ({ serverErrors }) => serverErrors),
          },
        ]}
      />
    </>
  )
}

/** What it costs. */
function CostPlots({ samples }: { samples: readonly OverviewSample[] }) {
  const times = timesOf(samples)
  const of = (pick: (sample: OverviewSample) => number) => samples.map(pick)
  return (
    <>
      <Plot
        title="Time"
        unit="ms"
        times={times}
        lines={[
          { label: 'tick p99', color: '--accent', values: of(({ tickMsP99 }) => tickMsP99) },
          { label: 'loop lag p99', color: '--warn', values: of(({ loopLagMs }) => loopLagMs) },
        ]}
      />
      <Plot
        title="Load"
        unit="%"
        times={times}
        lines={[
          { label: 'busy', color: '--accent', values: of(({ busyShare }) => busyShare * 100) },
        ]}
      />
      <Plot
        title="Memory"
        unit="MiB"
        times={times}
        lines={[
          { label: 'resident', color: '--accent', values: of(({ rssBytes }) => rssBytes / MIB) },
          { label: 'heap', color: '--good', values: of(({ heapBytes }) => heapBytes / MIB) },
        ]}
      />
      <Plot
        title="Snapshots sent"
        unit="kB per second"
        times={times}
        lines={[
          { label: 'all', color: '--accent', values: of(({ bytesPerSec }) => bytesPerSec / 1000) },
        ]}
      />
    </>
  )
}

function Troubles({ of }: { of: State }) {
  const started = new Date(of.startedAtMs).toISOString()
  return (
    <Card title="Troubles">
      <p class="soft">
        Since the server started: <Time at={started} />
      </p>
      <div class="cards">
        <Counts title="Joins refused" rows={of.refusals} empty="No join was refused." />
        <Counts title="Errors by place" rows={of.errors} empty="No error was caught." />
        <Counts title="HTTP by status" rows={of.answers} empty="Every request went well." />
        <Counts title="Connections gone" rows={of.disconnects} empty="Nobody has left." />
      </div>
    </Card>
  )
}

/** Rows shown of each list; the first are the most. */
const ROWS_MAX = 8

function Counts(props: {
  readonly title: string
  readonly rows: readonly { readonly name: string; readonly count: number }[]
  readonly empty: string
}) {
  return (
    <section aria-label={props.title}>
      <h3>{props.title}</h3>
      {props.rows.length === 0 ? (
        <p class="soft">{props.empty}</p>
      ) : (
        <ul class="counts">
          {props.rows.slice(0, ROWS_MAX).map(({ name, count }) => (
            <li key={name}>
              <code>{name}</code> <Badge text={count.toLocaleString()} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
