/** Invite codes: which there are and how often they were used; make one, switch one off. */
import type { ListedInvite } from '@battalion/client/api-types.ts'

import { Action } from '../kit/action.tsx'
import { DataTable } from '../kit/data-table.tsx'
import { Badge, PageHead, Time } from '../kit/facts.tsx'
import { Field } from '../kit/form.tsx'
import { More } from '../kit/list-parts.tsx'
import { usePages } from '../kit/use-pages.ts'
import { useOperator } from '../operator.tsx'

const DAY_MS = 86_400_000

/** The page. */
export function Invites() {
  const { api } = useOperator()
  const invites = usePages((cursor) => {
    const query = cursor === undefined ? {} : { cursor }
    return api.get('/v1/admin/invites', { params: { query } })
  }, [])
  const create = async ({ uses = '1', days = '' }: Readonly<Record<string, string>>) => {
    const end =
      days === '' ? {} : { expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() }
    const body = { usesMax: Number(uses), ...end }
    const { code } = await api.post('/v1/admin/invites', { body })
    return `The code is ${code}`
  }
  return (
    <>
      <PageHead
        title="Invite codes"
        text="Where signing up needs one (INVITE_ONLY=on). Whoever has a code can use it."
      >
        <Action label="Make a code" act={create} onDone={invites.reload}>
          <Field name="uses" label="Accounts it makes" type="number" value="1" />
          <Field name="days" label="Days" type="number" hint="Empty: for ever" isOptional />
        </Action>
      </PageHead>
      <DataTable
        caption="Codes, newest first"
        rows={invites}
        keyOf={({ code }) => code}
        empty="There is no code yet."
        columns={[
          { title: 'Code', cell: ({ code }) => <code>{code}</code> },
          { title: 'State', cell: (invite) => <State invite={invite} /> },
          {
            title: 'Used',
            cell: ({ uses, usesMax }) => `${uses} of ${usesMax}`,
            isNumber: true,
          },
          { title: 'Made by', cell: ({ by }) => by ?? <span class="soft">–</span> },
          { title: 'Made', cell: ({ createdAt }) => <Time at={createdAt} /> },
          { title: 'Ends', cell: ({ expiresAt }) => <Time at={expiresAt} /> },
          { title: 'Do', cell: (invite) => <Disable invite={invite} done={invites.reload} /> },
        ]}
      />
      <More of={invites} />
    </>
  )
}

function State({ invite }: { readonly invite: ListedInvite }) {
  if (invite.disabledAt !== null) return <Badge text="off" />
  if (invite.expiresAt !== null && Date.parse(invite.expiresAt) <= Date.now()) {
    return <Badge text="ended" />
  }
  if (invite.uses >= invite.usesMax) return <Badge text="used up" />
  return <Badge text="good" tone="good" />
}

function Disable({ invite, done }: { readonly invite: ListedInvite; readonly done: () => void }) {
  const { api } = useOperator()
  if (invite.disabledAt !== null) return <span class="soft">–</span>
  const { code } = invite
  const disable = async () => {
    await api.delete('/v1/admin/invites/{code}', { params: { path: { code } } })
    return `${code} is off.`
  }
  return (
    <Action
      label="Switch off"
      title={`Switch ${code} off`}
      text="Nobody signs up by it any more. Accounts that were made by it stay."
      isDanger
      act={disable}
      onDone={done}
    />
  )
}
