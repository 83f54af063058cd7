/** One player, whole: who he is, where, his devices, sanctions, battles, reports and notices. */
import type { Person } from '@battalion/client/api-types.ts'

import { Action } from '../kit/action.tsx'
import { DataTable } from '../kit/data-table.tsx'
import { Badge, Card, Facts, PageHead, Tile, Time } from '../kit/facts.tsx'
import { Load } from '../kit/load-state.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useOperator } from '../operator.tsx'
import { loadedOf } from '../people/loaded.ts'
import { Notices } from '../people/notices.tsx'
import { SanctionActions, Why } from '../people/sanction-actions.tsx'
import { KIND_NAMES, SanctionList } from '../people/sanction-list.tsx'
import { ROOM_NAMES } from './players.tsx'

type Fields = Readonly<Record<string, string>>

/** The page of one player. */
export function Player({ id = '' }: { readonly id?: string }) {
  const { api } = useOperator()
  const params = { path: { userId: id } }
  const person = useLoad(() => api.get('/v1/admin/users/{userId}', { params }), [id])
  return (
    <>
      <p>
        <a href="/console/players">← All players</a>
      </p>
      <Load of={person} title="A player">
        {(value) => <Whole person={value} reload={person.reload} />}
      </Load>
    </>
  )
}

function Whole({ person, reload }: { readonly person: Person; readonly reload: () => void }) {
  const { may } = useOperator()
  const { userId, name, sanctions } = person
  const standing = new Set<string>(
    sanctions
      .filter(({ isStanding, kind, scope }) => isStanding && isWhole(kind, scope))
      .map(({ kind }) => kind),
  )
  return (
    <>
      <PageHead title={name} text={`${person.kind}, ${userId}`}>
        <SanctionActions userId={userId} name={name} standing={standing} onDone={reload} />
      </PageHead>
      <p class="row">
        <States person={person} standing={standing} />
      </p>
      <Numbers person={person} />
      <Card title="Profile">
        <Profile person={person} />
      </Card>
      <Card title="Sanctions">
        <SanctionList sanctions={sanctions} />
      </Card>
      <Card
        title="Devices"
        actions={may('sessions.write') && <EndAll person={person} done={reload} />}
      >
        <Devices person={person} done={reload} />
      </Card>
      <Card
        title="Battles"
        actions={
          may('results.read') && <a href={`/console/matches?player=${userId}`}>All of them</a>
        }
      >
        <Battles person={person} />
      </Card>
      <Card title="Reports about this player">
        <Reports reports={person.reportsAbout} empty="Nobody complained." />
      </Card>
      <Card title="Reports by this player">
        <Reports reports={person.reportsBy} empty="Reported nobody." />
      </Card>
      {may('reports.read') && <Notices userId={userId} name={name} />}
    </>
  )
}

/** A mute of one channel leaves the button for all of them. */
function isWhole(kind: string, scope: string): boolean {
  return kind !== 'mute' || scope === 'all'
}

function States({ person, standing }: { person: Person; standing: ReadonlySet<string> }) {
  const names: Readonly<Record<string, string>> = KIND_NAMES
  return (
    <>
      {person.rooms.map((room) => (
        <Badge key={room} text={ROOM_NAMES[room] ?? room} tone="good" />
      ))}
      {person.rooms.length === 0 && <Badge text="not connected here" />}
      {[...standing].map((kind) => (
        <Badge key={kind} text={`${names[kind] ?? kind} in force`} tone="bad" />
      ))}
      {person.roles.map((role) => (
        <Badge key={role} text={role} tone="warn" />
      ))}
    </>
  )
}

function Numbers({ person: { stats, rating } }: { readonly person: Person }) {
  const { matches, won, leaves, kills, deaths } = stats
  const share = matches === 0 ? {} : { note: `${Math.round((100 * won) / matches)} % won` }
  return (
    <div class="tiles">
      <Tile name="Rating" value={rating ?? '–'} />
      <Tile name="Battles" value={matches} {...share} />
      <Tile name="Left early" value={leaves} />
      <Tile name="Kills / deaths" value={`${kills} / ${deaths}`} />
    </div>
  )
}

function Profile({ person }: { readonly person: Person }) {
  const { may } = useOperator()
  const mail = person.email === null ? '–' : person.email
  const verified = person.isEmailVerified ? ' (proved)' : ''
  return (
    <Facts
      of={{
        ...(may('players.private') ? { 'E-mail': `${mail}${verified}` } : {}),
        Since: <Time at={person.createdAt} />,
        'Second factor': person.hasSecondFactor ? 'set' : 'none',
        Language: person.locale,
        'Time zone': person.timeZone,
        ...Object.fromEntries(
          person.ratings.map(({ mode, points, ratedCount }) => [
            `Rating in ${mode}`,
            `${points} (${ratedCount} rated)`,
          ]),
        ),
      }}
    />
  )
}

function EndAll({ person, done }: { readonly person: Person; readonly done: () => void }) {
  const { api } = useOperator()
  const { userId, name } = person
  const act = async ({ reason = '' }: Fields) => {
    const params = { path: { userId }, query: { reason } }
    await api.delete('/v1/admin/users/{userId}/sessions', { params })
    return `${name} is signed out everywhere.`
  }
  return (
    <Action
      label="Sign out everywhere"
      isDanger
      isDisabled={person.devices.length === 0}
      act={act}
      onDone={done}
    >
      <Why />
    </Action>
  )
}

function Devices({ person, done }: { readonly person: Person; readonly done: () => void }) {
  const { may } = useOperator()
  const { userId, devices } = person
  return (
    <DataTable
      caption="Signed in now"
      rows={loadedOf(devices)}
      keyOf={({ id }) => id}
      empty="Signed in nowhere."
      columns={[
        { title: 'Device', cell: ({ device }) => device || 'unknown' },
        ...(may('players.private')
          ? [{ title: 'Network', cell: ({ address }: Device) => address ?? '–' }]
          : []),
        { title: 'Last used', cell: ({ usedAt }) => <Time at={usedAt} /> },
        { title: 'Since', cell: ({ createdAt }) => <Time at={createdAt} /> },
        ...(may('sessions.write')
          ? [
              {
                title: 'Do',
                cell: ({ id }: Device) => <EndOne userId={userId} sessionId={id} done={done} />,
              },
            ]
          : []),
      ]}
    />
  )
}

type Device = Person['devices'][number]

function EndOne(props: { userId: string; sessionId: string; done: () => void }) {
  const { api } = useOperator()
  const { userId, sessionId, done } = props
  const act = async ({ reason = '' }: Fields) => {
    const params = { path: { userId, sessionId }, query: { reason } }
    await api.delete('/v1/admin/users/{userId}/sessions/{sessionId}', { params })
    return 'The device is signed out.'
  }
  return (
    <Action label="Sign out" title="Sign this device out" act={act} onDone={done}>
      <Why />
    </Action>
  )
}

function Battles({ person: { battles } }: { readonly person: Person }) {
  const { may } = useOperator()
  const end = ({ matchId, endedAt }: Person['battles'][number]) =>
    may('results.read') ? (
      <a href={`/console/matches/${encodeURIComponent(matchId)}`}>
        <Time at={endedAt} />
      </a>
    ) : (
      <Time at={endedAt} />
    )
  return (
    <DataTable
      caption="The last ones, the newest first"
      rows={loadedOf(battles)}
      keyOf={({ matchId }) => matchId}
      empty="No battle yet."
      columns={[
        { title: 'Ended', cell: end },
        { title: 'Where', cell: ({ mode, map }) => `${mode}, ${map}` },
        { title: 'Outcome', cell: (one) => (one.hasLeft ? `${one.outcome}, left` : one.outcome) },
        { title: 'Place', isNumber: true, cell: ({ place, players }) => `${place} / ${players}` },
        { title: 'Score', isNumber: true, cell: ({ score }) => score },
        { title: 'Kills', isNumber: true, cell: ({ kills }) => kills },
        { title: 'Deaths', isNumber: true, cell: ({ deaths }) => deaths },
      ]}
    />
  )
}

function Reports(props: { readonly reports: Person['reportsAbout']; readonly empty: string }) {
  return (
    <DataTable
      caption="The newest first"
      rows={loadedOf(props.reports)}
      keyOf={({ id }) => id}
      empty={props.empty}
      columns={[
        { title: 'When', cell: ({ createdAt }) => <Time at={createdAt} /> },
        { title: 'For', cell: ({ reason }) => reason },
        { title: 'Line', cell: ({ text }) => text },
        {
          title: 'State',
          cell: ({ id, state, verdict }) => (
            <a href={`/console/reports/${id}`}>{verdict ?? state}</a>
          ),
        },
      ]}
    />
  )
}
