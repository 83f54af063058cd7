/** Who is in a room, with the button that throws somebody out. */
import { useState } from 'preact/hooks'

import type { BattlePlayer } from '@battalion/client/api-types.ts'

import { Action } from '../kit/action.tsx'
import { DataTable } from '../kit/data-table.tsx'
import type { Column } from '../kit/data-table.tsx'
import { Badge, Card } from '../kit/facts.tsx'
import { Field } from '../kit/form.tsx'
import { useOperator } from '../operator.tsx'

/** Rows shown at once; the search finds the others. */
const ROWS_MAX = 60

const COLUMNS: readonly Column<BattlePlayer>[] = [
  {
    title: 'Name',
    cell: ({ name, userId }) => (
      <span>
        {name}
        <br />
        <code class="soft">{userId}</code>
      </span>
    ),
  },
  { title: 'Kind', cell: (player) => <Kind of={player} /> },
  { title: 'Team', cell: ({ team }) => team ?? '–', isNumber: true },
  { title: 'Class', cell: ({ classId }) => classId ?? '–' },
  { title: 'Score', cell: ({ score }) => score ?? '–', isNumber: true },
  { title: 'Ping', cell: ({ pingMs }) => (pingMs === null ? '–' : `${pingMs} ms`), isNumber: true },
]

/** The players of a room. */
export function RoomPlayers(props: {
  readonly players: readonly BattlePlayer[]
  readonly roomId: string
}) {
  const { players, roomId } = props
  const { api, may } = useOperator()
  const [wanted, setWanted] = useState('')
  const [areBotsShown, setBotsShown] = useState(false)
  const found = players.filter(
    ({ name, userId, isBot }) =>
      (areBotsShown || !isBot) && `${name} ${userId}`.toLowerCase().includes(wanted.toLowerCase()),
  )
  const kick = async (userId: string, reason: string) => {
    const params = { path: { roomId } }
    await api.post('/v1/admin/rooms/{roomId}/kick', { params, body: { userId, reason } })
    return 'He is out, for the rest of this battle.'
  }
  const action: Column<BattlePlayer> = {
    title: 'Do',
    cell: ({ userId, name }) => (
      <Action
        label="Kick"
        title={`Kick ${name}`}
        text="His connection closes and his seat is free; he may not come back to this battle."
        isDanger
        act={({ reason = '' }) => kick(userId, reason)}
      >
        <Field name="reason" label="Reason" />
      </Action>
    ),
  }
  return (
    <Card
      title="Who is in it"
      actions={
        <>
          <label>
            <input
              type="checkbox"
              checked={areBotsShown}
              onChange={() => setBotsShown(!areBotsShown)}
            />{' '}
            Bots too
          </label>
          <label class="field">
            <span>Search by name or id</span>
            <input
              type="search"
              value={wanted}
              onInput={({ currentTarget }) => setWanted(currentTarget.value)}
            />
          </label>
        </>
      }
    >
      <DataTable
        caption={countText(found.length, players.length)}
        rows={{
          value: found.slice(0, ROWS_MAX),
          error: undefined,
          isLoading: false,
          reload: () => undefined,
        }}
        columns={may('kicks.write') ? [...COLUMNS, action] : COLUMNS}
        keyOf={({ userId }) => userId}
        empty={players.length === 0 ? 'Nobody is in it.' : 'Nobody fits; bots may be hidden.'}
      />
    </Card>
  )
}

function countText(found: number, all: number): string {
  return `${found} of ${all}${found > ROWS_MAX ? `, the first ${ROWS_MAX} shown` : ''}`
}

function Kind({ of }: { of: BattlePlayer }) {
  const kind = of.isSpectator ? 'spectator' : of.isBot ? 'bot' : 'player'
  return (
    <>
      <Badge text={kind} /> {!of.isConnected && <Badge text="connection lost" tone="warn" />}
    </>
  )
}
