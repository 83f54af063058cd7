/** Staff: who has which role; giving one to a player, taking one away. */
import { useState } from 'preact/hooks'

import type { FoundPerson, StaffMember } from '@battalion/client/api-types.ts'

import { Action } from '../kit/action.tsx'
import { DataTable } from '../kit/data-table.tsx'
import { Badge, Card, PageHead, Time } from '../kit/facts.tsx'
import { Choice, SearchBar } from '../kit/fields.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useOperator } from '../operator.tsx'

const ROLES = [
  ['moderator', 'moderator: players, reports, chat'],
  ['admin', 'admin: everything of the house'],
  ['game-team', 'game-team: balance, results'],
  ['store-manager', 'store-manager: store, orders'],
] as const
type Role = (typeof ROLES)[number][0]

/** The list, and a search for whom to give a role. */
export function Staff() {
  const { api } = useOperator()
  const list = useLoad(() => api.get('/v1/admin/staff'), [])
  const rows = { ...list, value: list.value?.staff }
  return (
    <>
      <PageHead title="Staff" text="A role counts with a second factor; a change ends sessions." />
      <DataTable
        caption="Everybody with a role, by name"
        rows={rows}
        keyOf={({ userId, role }) => `${userId} ${role}`}
        empty="Nobody has a role."
        columns={[
          {
            title: 'Name',
            cell: ({ userId, name }) => <a href={`/console/players/${userId}`}>{name}</a>,
          },
          { title: 'Role', cell: ({ role }) => <Badge text={role} tone="warn" /> },
          { title: 'Since', cell: ({ since }) => <Time at={since} /> },
          { title: 'Do', cell: (member) => <Take member={member} done={list.reload} /> },
        ]}
      />
      <Card title="Give a role">
        <Give done={list.reload} />
      </Card>
    </>
  )
}

function Take({ member, done }: { readonly member: StaffMember; readonly done: () => void }) {
  const { api, session } = useOperator()
  const { userId, name, role } = member
  const act = async () => {
    const params = { path: { userId, role } }
    await api.delete('/v1/admin/users/{userId}/roles/{role}', { params })
    return `${name} is ${role} no more.`
  }
  const isOwn = userId === session.userId && role === 'admin'
  return (
    <Action
      label="Take away"
      title={`Take ${role} from ${name}`}
      text="All sessions end, also of the console."
      isDanger
      isDisabled={isOwn}
      act={act}
      onDone={done}
    />
  )
}

function Give({ done }: { readonly done: () => void }) {
  const { api } = useOperator()
  const [query, setQuery] = useState('')
  const found = useLoad(async () => {
    if (query === '') return { people: [] }
    return api.get('/v1/admin/users', { params: { query: { query } } })
  }, [query])
  const rows = { ...found, value: found.value?.people.filter(({ kind }) => kind === 'account') }
  return (
    <>
      <SearchBar label="To whom" hint="How a name begins, or an id" value={query} find={setQuery} />
      {query !== '' && (
        <DataTable
          caption={`Found for “${query}”`}
          rows={rows}
          keyOf={({ userId }) => userId}
          empty="No account is called so."
          columns={[
            { title: 'Name', cell: ({ name }) => name },
            { title: 'Since', cell: ({ createdAt }) => <Time at={createdAt} /> },
            { title: 'Role', cell: (person) => <GiveTo person={person} done={done} /> },
          ]}
        />
      )}
    </>
  )
}

function GiveTo({ person, done }: { readonly person: FoundPerson; readonly done: () => void }) {
  const { api } = useOperator()
  const { userId, name } = person
  const act = async ({ role = '' }: Readonly<Record<string, string>>) => {
    const params = { path: { userId, role: role as Role } }
    await api.put('/v1/admin/users/{userId}/roles/{role}', { params })
    return `${name} is ${role}.`
  }
  return (
    <Action label="Give a role" title={`Give ${name} a role`} act={act} onDone={done}>
      <Choice name="role" label="Role" options={ROLES} value="moderator" />
    </Action>
  )
}
