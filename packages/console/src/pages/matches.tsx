/** Finished battles: found by where, when and who, as a list and as CSV. */
import { useLocation } from 'preact-iso'

import type { MatchSummary } from '@battalion/client/api-types.ts'

import { DataTable } from '../kit/data-table.tsx'
import type { Column } from '../kit/data-table.tsx'
import { PageHead, Time } from '../kit/facts.tsx'
import { Download } from '../kit/download.tsx'
import { Filters } from '../kit/filters.tsx'
import { Field } from '../kit/form.tsx'
import { More } from '../kit/list-parts.tsx'
import { usePages } from '../kit/use-pages.ts'
import { useOperator } from '../operator.tsx'
import { durationText, teamText } from './match-words.ts'

const NAMES = ['mode', 'map', 'region', 'player', 'from', 'until'] as const
type Filter = Partial<Record<(typeof NAMES)[number], string>>

const COLUMNS: readonly Column<MatchSummary>[] = [
  {
    title: 'Ended',
    cell: ({ matchId, endedAt }) => (
      <a href={`/console/matches/${encodeURIComponent(matchId)}`}>
        <Time at={endedAt} />
      </a>
    ),
  },
  { title: 'Mode', cell: ({ mode, map }) => `${mode} on ${map}` },
  { title: 'Region', cell: ({ region }) => region },
  { title: 'Won by', cell: ({ winner }) => teamText(winner) },
  { title: 'People', cell: ({ people }) => people, isNumber: true },
  { title: 'Bots', cell: ({ players, people }) => players - people, isNumber: true },
  { title: 'Lasted', cell: ({ durationSec }) => durationText(durationSec), isNumber: true },
  { title: 'Balance', cell: ({ balanceVersion }) => balanceVersion },
]

/** The list; the address has the filter, so what was found can be sent on. */
export function Matches() {
  const { api } = useOperator()
  const { query: address, route } = useLocation()
  const filter = filterOf(address)
  const matches = usePages(
    (cursor) => {
      const query = { ...filter, ...(cursor === undefined ? {} : { cursor }) }
      return api.get('/v1/admin/matches', { params: { query } })
    },
    [JSON.stringify(filter)],
  )
  const isAll = Object.keys(filter).length === 0
  const find = (wanted: Filter) => {
    const query = new URLSearchParams(wanted).toString()
    route(query === '' ? '/console/matches' : `/console/matches?${query}`)
  }
  return (
    <>
      <PageHead title="Matches" text="Battles that are over, newest first.">
        <Report filter={filter} />
        <button type="button" onClick={matches.reload}>
          Look again
        </button>
      </PageHead>
      <Filters count={Object.keys(filter).length} find={find}>
        <Fields filter={filter} />
      </Filters>
      <DataTable
        caption={isAll ? 'All battles' : 'Battles that fit the filter'}
        rows={matches}
        columns={COLUMNS}
        keyOf={({ matchId }) => matchId}
        empty={isAll ? 'No battle is over yet.' : 'No battle is like that.'}
      />
      <More of={matches} />
    </>
  )
}

/** What of an address is a filter; a moment that is none is left out. */
function filterOf(address: Readonly<Record<string, string>>): Filter {
  const given = NAMES.flatMap((name): [string, string][] => {
    const text = address[name]?.trim() ?? ''
    const isTime = name === 'from' || name === 'until'
    if (text === '' || (isTime && Number.isNaN(Date.parse(text)))) return []
    return [[name, isTime ? new Date(text).toISOString() : text]]
  })
  return Object.fromEntries(given)
}

function Fields({ filter }: { readonly filter: Filter }) {
  const text = (name: keyof Filter) => {
    const value = filter[name]
    return value === undefined ? {} : { value }
  }
  const moment = (name: 'from' | 'until') => {
    const value = filter[name]
    return value === undefined ? {} : { value: toLocal(value) }
  }
  return (
    <>
      <Field name="mode" label="Mode" hint="As in the list" isOptional {...text('mode')} />
      <Field name="map" label="Map" hint="As in the list" isOptional {...text('map')} />
      <Field name="region" label="Region" isOptional {...text('region')} />
      <Field
        name="player"
        label="Player"
        hint="A name, as in the battle, or an id"
        isOptional
        {...text('player')}
      />
      <Field name="from" label="Ended from" type="datetime-local" isOptional {...moment('from')} />
      <Field
        name="until"
        label="Ended before"
        type="datetime-local"
        isOptional
        {...moment('until')}
      />
    </>
  )
}

/** A moment as its field takes it: the reader's own clock, to the minute. */
function toLocal(iso: string): string {
  const at = new Date(iso)
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}

/** A report asks for a span: this is one that has everything. */
const EVER = { from: '1970-01-01T00:00:00Z', until: '9999-01-01T00:00:00Z' }

/** What fits the filter, as a file. */
function Report({ filter }: { readonly filter: Filter }) {
  const { api } = useOperator()
  const read = () => {
    const { from = EVER.from, until = EVER.until } = filter
    const query = { ...filter, from, until }
    return api.get('/v1/admin/matches/report', { params: { query }, parseAs: 'text' })
  }
  return <Download label="Download CSV" fileName="matches.csv" type="text/csv" read={read} />
}
