/** Players: search by name, address or id; each leads to his own page. */
import { useLocation } from 'preact-iso'
import { useState } from 'preact/hooks'

import type { FoundPerson } from '@battalion/client/api-types.ts'

import { DataTable } from '../kit/data-table.tsx'
import { Badge, PageHead, Time } from '../kit/facts.tsx'
import { SearchBar } from '../kit/fields.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useOperator } from '../operator.tsx'

/** The search and what it found; the address has the query, so a search can be sent on. */
export function Players() {
  const { api, may } = useOperator()
  const { query: address, route } = useLocation()
  const query = address['q'] ?? ''
  const [cursors, setCursors] = useState<readonly string[]>([])
  const cursor = cursors.at(-1)
  const page = useLoad(() => {
    const next = cursor === undefined ? {} : { cursor }
    return api.get('/v1/admin/users', { params: { query: { query, ...next } } })
  }, [query, cursor])
  const find = (text: string) => {
    setCursors([])
    route(text === '' ? '/console/players' : `/console/players?q=${encodeURIComponent(text)}`)
  }
  const rows = { ...page, value: page.value?.people }
  const next = page.value?.cursor ?? undefined
  return (
    <>
      <PageHead title="Players" text="Everybody with an account; guests by their id." />
      <SearchBar
        label="Search"
        hint={
          may('players.private')
            ? 'How a name begins, a whole e-mail address, or an id'
            : 'How a name begins, or an id'
        }
        value={query}
        find={find}
      />
      <DataTable
        caption={query === '' ? 'By name' : `Found for “${query}”`}
        rows={rows}
        keyOf={({ userId }) => userId}
        empty={query === '' ? 'There is nobody yet.' : 'Nobody is called so.'}
        columns={COLUMNS}
      />
      <div class="row">
        {cursors.length > 0 && (
          <button type="button" class="quiet" onClick={() => setCursors(cursors.slice(0, -1))}>
            Previous page
          </button>
        )}
        {next !== undefined && (
          <button type="button" class="quiet" onClick={() => setCursors([...cursors, next])}>
            Next page
          </button>
        )}
      </div>
    </>
  )
}

const COLUMNS = [
  {
    title: 'Name',
    cell: ({ userId, name }: FoundPerson) => <a href={`/console/players/${userId}`}>{name}</a>,
  },
  {
    title: 'State',
    cell: (person: FoundPerson) => (
      <span class="row">
        <PersonState person={person} />
      </span>
    ),
  },
  { title: 'Kind', cell: ({ kind }: FoundPerson) => kind },
  { title: 'Last seen', cell: ({ lastSeenAt }: FoundPerson) => <Time at={lastSeenAt} /> },
  { title: 'Since', cell: ({ createdAt }: FoundPerson) => <Time at={createdAt} /> },
]

function PersonState({ person }: { readonly person: FoundPerson }) {
  const { isBanned, rooms } = person
  if (isBanned) return <Badge text="banned" tone="bad" />
  if (rooms.length === 0) return <Badge text="away" />
  return (
    <>
      {rooms.map((room) => (
        <Badge key={room} text={ROOM_NAMES[room] ?? room} tone="good" />
      ))}
    </>
  )
}

/** What a seat in a room means for people. */
export const ROOM_NAMES: Readonly<Record<string, string>> = {
  battlefield: 'in a battle',
  home: 'online',
}
