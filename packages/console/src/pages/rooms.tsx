/** Battles that run on this process. */
import { useState } from 'preact/hooks'

import type { BattleSummary } from '@battalion/client/api-types.ts'

import { DataTable } from '../kit/data-table.tsx'
import type { Column } from '../kit/data-table.tsx'
import { Badge, PageHead } from '../kit/facts.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useOperator } from '../operator.tsx'

const COLUMNS: readonly Column<BattleSummary>[] = [
  {
    title: 'Room',
    cell: ({ roomId }) => (
      <a class="nowrap" href={`/console/rooms/${encodeURIComponent(roomId)}`}>
        {roomId}
      </a>
    ),
  },
  { title: 'Mode', cell: ({ mode, map }) => `${mode} on ${map}` },
  { title: 'State', cell: (room) => <RoomState of={room} /> },
  { title: 'People', cell: ({ now }) => now.people, isNumber: true },
  { title: 'Bots', cell: ({ now }) => now.bots, isNumber: true },
  { title: 'Watching', cell: ({ now }) => now.spectators, isNumber: true },
  { title: 'Places', cell: ({ playersMax }) => playersMax, isNumber: true },
  { title: 'Open for', cell: ({ openedAtMs }) => ageText(openedAtMs), isNumber: true },
  { title: 'Tick p99', cell: ({ now }) => `${now.tickMsP99.toFixed(1)} ms`, isNumber: true },
  { title: 'Overload', cell: ({ now }) => now.overloadStep, isNumber: true },
  {
    title: 'Per client',
    cell: ({ now }) => `${(now.bytesPerClient / 1000).toFixed(1)} kB/s`,
    isNumber: true,
  },
]

/** The list. */
export function Rooms() {
  const { api } = useOperator()
  const [wanted, setWanted] = useState('')
  const rooms = useLoad(async () => (await api.get('/v1/admin/rooms')).rooms, [])
  const found = rooms.value?.filter(({ roomId, mode, map, phase }) =>
    `${roomId} ${mode} ${map} ${phase}`.toLowerCase().includes(wanted.toLowerCase()),
  )
  const count = rooms.value?.length ?? 0
  return (
    <>
      <PageHead title="Rooms" text="Battles of this process. Open one to see into it, live.">
        <label class="field">
          <span>Search</span>
          <input
            type="search"
            value={wanted}
            onInput={({ currentTarget }) => setWanted(currentTarget.value)}
          />
        </label>
        <button type="button" onClick={rooms.reload}>
          Look again
        </button>
      </PageHead>
      <DataTable
        caption={`${count} ${count === 1 ? 'room' : 'rooms'}`}
        rows={{ ...rooms, value: found }}
        columns={COLUMNS}
        keyOf={({ roomId }) => roomId}
        empty={count === 0 ? 'No battle runs here now.' : 'No room fits the search.'}
      />
    </>
  )
}

/** What a room does, in a word. */
export function RoomState({ of }: { of: BattleSummary }) {
  const { phase, isDraining, isOverloaded } = of
  return (
    <>
      <Badge text={phase} tone={phase === 'running' ? 'good' : 'plain'} />{' '}
      {isDraining && <Badge text="closing" tone="warn" />}
      {isOverloaded && <Badge text="overloaded" tone="bad" />}
    </>
  )
}

/** Hours and minutes since. */
export function ageText(sinceMs: number): string {
  const minutes = Math.floor((Date.now() - sinceMs) / 60_000)
  if (minutes < 1) return '< 1 min'
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
