/** A finished battle from inside: how it ended, everybody by place, its log; as CSV, too. */
import { useState } from 'preact/hooks'

import type { MatchEvent, MatchPlayer, MatchSummary } from '@battalion/client/api-types.ts'

import { Choice } from '../kit/choice.tsx'
import { DataTable } from '../kit/data-table.tsx'
import type { Column } from '../kit/data-table.tsx'
import { Download } from '../kit/download.tsx'
import { Badge, Card, Facts, PageHead, Tile, Time } from '../kit/facts.tsx'
import { More } from '../kit/list-parts.tsx'
import { Load } from '../kit/load-state.tsx'
import { useLoad } from '../kit/use-load.ts'
import { usePages } from '../kit/use-pages.ts'
import { useOperator } from '../operator.tsx'
import { durationText, eventText, KIND_TEXTS, namesOf, NO_NAMES, teamText } from './match-words.ts'
import type { LogNames } from './match-words.ts'

/** The page. */
export function Match({ id = '' }: { readonly id?: string }) {
  const { api } = useOperator()
  const params = { path: { matchId: id } }
  const match = useLoad(() => api.get('/v1/admin/matches/{matchId}', { params }), [id])
  return (
    <>
      <p>
        <a href="/console/matches">← All matches</a>
      </p>
      <Load of={match} title="A battle">
        {(value) => <Whole match={value} />}
      </Load>
    </>
  )
}

function Whole({ match }: { readonly match: MatchSummary }) {
  const { api } = useOperator()
  const { matchId, mode, map } = match
  const read = () =>
    api.get('/v1/admin/matches/{matchId}/report', {
      params: { path: { matchId } },
      parseAs: 'text',
    })
  return (
    <>
      <PageHead title={`${mode} on ${map}`} text={`Battle ${matchId}`}>
        <Download
          label="Download CSV"
          fileName={`match-${matchId}.csv`}
          type="text/csv"
          read={read}
        />
      </PageHead>
      <div class="tiles">
        <Tile name="Won by" value={teamText(match.winner)} />
        <Tile name="Lasted" value={durationText(match.durationSec)} />
        <Tile name="People" value={match.people} />
        <Tile name="Bots" value={match.players - match.people} />
        {match.teams.map(({ team, score, tickets }) => (
          <Tile key={team} name={`Team ${team}`} value={score} note={`${tickets} tickets left`} />
        ))}
      </div>
      <Card title="Where and when">
        <Where match={match} />
      </Card>
      <Card title="Players">
        <Players matchId={matchId} />
      </Card>
      <Log match={match} />
    </>
  )
}

function Where({ match }: { readonly match: MatchSummary }) {
  const { may } = useOperator()
  const { region, balanceVersion, startedAt, endedAt } = match
  return (
    <Facts
      of={{
        Began: <Time at={startedAt} />,
        Ended: <Time at={endedAt} />,
        Region: region,
        Balance: may('balance.read') ? (
          <a href={`/console/balance/${balanceVersion}`}>{balanceVersion}</a>
        ) : (
          balanceVersion
        ),
      }}
    />
  )
}

function Players({ matchId }: { readonly matchId: string }) {
  const { api, may } = useOperator()
  const players = usePages(
    (cursor) => {
      const query = cursor === undefined ? {} : { cursor: Number(cursor) }
      const params = { path: { matchId }, query }
      return api.get('/v1/admin/matches/{matchId}/players', { params })
    },
    [matchId],
  )
  return (
    <>
      <DataTable
        caption="Everybody, by place"
        rows={players}
        columns={playerColumns(may('players.read'))}
        keyOf={({ slot }) => String(slot)}
        empty="Nobody took part."
      />
      <More of={players} />
    </>
  )
}

function playerColumns(hasLinks: boolean): readonly Column<MatchPlayer>[] {
  return [
    { title: 'Place', cell: ({ place }) => place, isNumber: true },
    { title: 'Name', cell: (player) => <PlayerName of={player} hasLink={hasLinks} /> },
    { title: 'Team', cell: ({ team }) => team, isNumber: true },
    { title: 'Class', cell: ({ classId }) => <span class="nowrap">{classId}</span> },
    { title: 'Score', cell: ({ score }) => score, isNumber: true },
    {
      title: 'K / D / A',
      cell: ({ kills, deaths, assists }) => `${kills} / ${deaths} / ${assists}`,
      isNumber: true,
    },
    { title: 'Captures', cell: ({ captures }) => captures, isNumber: true },
    { title: 'Damage', cell: ({ damageDone }) => damageDone, isNumber: true },
    { title: 'Hits', cell: (player) => hitsText(player), isNumber: true },
    { title: 'Played', cell: (player) => playedText(player), isNumber: true },
  ]
}

function PlayerName({ of, hasLink }: { readonly of: MatchPlayer; readonly hasLink: boolean }) {
  const { name, userId, isBot } = of
  const isLinked = hasLink && !isBot && userId !== null
  return (
    <span class="row keep">
      {isLinked ? <a href={`/console/players/${userId}`}>{name}</a> : name}
      {isBot && <Badge text="bot" />}
    </span>
  )
}

/** Who left before the end played less. */
function playedText({ playedSec, hasLeft }: MatchPlayer): string {
  return `${durationText(playedSec)}${hasLeft ? ', left' : ''}`
}

function hitsText({ shotsHit, shotsFired }: MatchPlayer): string {
  // One shot may hit several.
  const share = Math.min(1, shotsHit / Math.max(1, shotsFired))
  return shotsFired === 0 ? '–' : `${Math.round(100 * share)} %`
}

const ALL = 'everything'
const KINDS = [
  ALL,
  'join',
  'leave',
  'kill',
  'assist',
  'revive',
  'capture',
  'capturer',
  'ability',
  'end',
  'teamScore',
  'teamTickets',
  'sum',
] as const
type Kind = (typeof KINDS)[number]

function Log({ match: { matchId, balanceVersion } }: { readonly match: MatchSummary }) {
  const { api } = useOperator()
  const [kind, setKind] = useState<Kind>(ALL)
  // A version that is gone leaves numbers where its names were.
  const names = useLoad(async () => {
    const path = { version: balanceVersion }
    const found = await api
      .get('/v1/balance/{version}', { params: { path } })
      .catch(() => undefined)
    return found === undefined ? NO_NAMES : namesOf(found.files)
  }, [balanceVersion])
  const events = usePages(
    (cursor) => {
      const query = {
        limit: 100,
        ...(kind === ALL ? {} : { kind }),
        ...(cursor === undefined ? {} : { cursor: Number(cursor) }),
      }
      return api.get('/v1/admin/matches/{matchId}/log', { params: { path: { matchId }, query } })
    },
    [matchId, kind],
  )
  return (
    <Card
      title="Log"
      actions={
        <Choice label="Show" value={kind} options={KINDS} textOf={kindText} onChange={setKind} />
      }
    >
      <DataTable
        caption="In order, by the time since it began"
        rows={events}
        columns={eventColumns(names.value ?? NO_NAMES)}
        keyOf={({ seq }) => String(seq)}
        empty={kind === ALL ? 'Nothing was noted.' : 'No row is of this kind.'}
      />
      <More of={events} />
    </Card>
  )
}

function kindText(kind: Kind): string {
  return kind === ALL ? ALL : KIND_TEXTS[kind]
}

function eventColumns(names: LogNames): readonly Column<MatchEvent>[] {
  return [
    { title: 'Row', cell: ({ seq }) => seq, isNumber: true },
    { title: 'At', cell: ({ sec }) => durationText(sec), isNumber: true },
    { title: 'Who', cell: ({ actor }) => actor?.name ?? '–' },
    { title: 'What', cell: (event) => eventText(event, names) },
  ]
}
