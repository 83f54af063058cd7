/** What moderators told a player, and telling him something. */
import { Action } from '../kit/action.tsx'
import { DataTable } from '../kit/data-table.tsx'
import { Badge, Card, Time } from '../kit/facts.tsx'
import { LongField } from '../kit/fields.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useOperator } from '../operator.tsx'

const NOTICE_CHARS_MAX = 500

/** A card of a player's page. */
export function Notices({ userId, name }: { readonly userId: string; readonly name: string }) {
  const { api, may } = useOperator()
  const params = { path: { userId } }
  const sent = useLoad(() => api.get('/v1/admin/users/{userId}/notices', { params }), [userId])
  const rows = { ...sent, value: sent.value?.notices }
  const tell = <Tell userId={userId} name={name} done={sent.reload} />
  return (
    <Card title="Notices" actions={may('chat.write') && tell}>
      <DataTable
        caption="What moderators told this player, as far as it is kept"
        rows={rows}
        keyOf={({ createdAt, text }) => `${createdAt} ${text}`}
        empty="No notice was written."
        columns={[
          { title: 'When', cell: ({ createdAt }) => <Time at={createdAt} /> },
          { title: 'Text', cell: ({ text }) => text },
          {
            title: 'Read',
            cell: ({ isRead }) => <Badge text={isRead ? 'read' : 'unread'} />,
          },
        ]}
      />
    </Card>
  )
}

function Tell(props: {
  readonly userId: string
  readonly name: string
  readonly done: () => void
}) {
  const { api } = useOperator()
  const { userId, name, done } = props
  const act = async ({ text = '' }: Readonly<Record<string, string>>) => {
    const params = { path: { userId, noticeId: crypto.randomUUID() } }
    await api.put('/v1/admin/users/{userId}/notices/{noticeId}', { params, body: { text } })
    return `${name} was told.`
  }
  return (
    <Action
      label="Write"
      title={`Write to ${name}`}
      text="It comes as a notification from the moderators, without your name."
      act={act}
      onDone={done}
    >
      <LongField name="text" label="Text" maxLength={NOTICE_CHARS_MAX} />
    </Action>
  )
}
