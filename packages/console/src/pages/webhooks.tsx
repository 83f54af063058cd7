/** Webhooks: where events are sent, how that goes, and a new one with its secret, shown once. */
import { useState } from 'preact/hooks'

import type { Webhook } from '@battalion/client/api-types.ts'

import { Action } from '../kit/action.tsx'
import { DataTable } from '../kit/data-table.tsx'
import type { Column } from '../kit/data-table.tsx'
import { Badge, PageHead, Time } from '../kit/facts.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useOperator } from '../operator.tsx'
import { eventsOf, WebhookFields } from './webhook-fields.tsx'

const COLUMNS: readonly Column<Webhook>[] = [
  { title: 'Address', cell: ({ id, url }) => <a href={`/console/webhooks/${id}`}>{url}</a> },
  { title: 'What for', cell: ({ note }) => note || '–' },
  { title: 'State', cell: (webhook) => <WebhookState of={webhook} /> },
  { title: 'Waiting', cell: ({ waiting }) => waiting, isNumber: true },
  { title: 'Dead', cell: ({ dead }) => dead, isNumber: true },
]

/** The list. */
export function Webhooks() {
  const { api } = useOperator()
  const [secret, setSecret] = useState<string | undefined>()
  const webhooks = useLoad(
    () => api.get('/v1/admin/webhooks').then((answer) => answer.webhooks),
    [],
  )
  const create = async (fields: Readonly<Record<string, string>>) => {
    const { url = '', note = '' } = fields
    const made = await api.post('/v1/admin/webhooks', {
      body: { url, note, events: eventsOf(fields) },
    })
    setSecret(made.secret)
    return 'The webhook is made.'
  }
  return (
    <>
      <PageHead title="Webhooks" text="Events that are sent to other servers, signed.">
        <Action label="New webhook" act={create} onDone={webhooks.reload}>
          <WebhookFields />
        </Action>
      </PageHead>
      {secret !== undefined && (
        <section class="notice" aria-label="Secret">
          <p>The secret that its calls are signed with. It is not shown again.</p>
          <p>
            <code class="secret">{secret}</code>
          </p>
          <button type="button" onClick={() => setSecret(undefined)}>
            I have it
          </button>
        </section>
      )}
      <DataTable
        caption="Webhooks"
        rows={webhooks}
        columns={COLUMNS}
        keyOf={({ id }) => id}
        empty="Nothing is sent anywhere."
      />
    </>
  )
}

/** On, off, failing. */
export function WebhookState({ of }: { of: Webhook }) {
  if (!of.isOn) return <Badge text="off" />
  if (of.failures === 0) return <Badge text="on" tone="good" />
  return (
    <span class="row">
      <Badge text={of.failures === 1 ? 'failed once' : `failed ${of.failures} times`} tone="bad" />
      {of.pausedUntil !== null && (
        <span>
          next try <Time at={of.pausedUntil} />
        </span>
      )}
    </span>
  )
}
