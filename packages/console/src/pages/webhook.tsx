/** One webhook: what was sent and what waits; try it, change it, switch it off, remove it. */
import { useLocation } from 'preact-iso'
import { useState } from 'preact/hooks'

import type { Webhook, WebhookDelivery } from '@battalion/client/api-types.ts'

import { Action } from '../kit/action.tsx'
import { Choice } from '../kit/choice.tsx'
import { DataTable } from '../kit/data-table.tsx'
import type { Column } from '../kit/data-table.tsx'
import { Badge, Card, Facts, PageHead, Time } from '../kit/facts.tsx'
import { Empty, Load } from '../kit/load-state.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useOperator } from '../operator.tsx'
import { eventsOf, WebhookFields } from './webhook-fields.tsx'
import { WebhookState } from './webhooks.tsx'

const STATES = ['all', 'waiting', 'delivered', 'dead'] as const
type State = (typeof STATES)[number]
const TONES = { waiting: 'warn', delivered: 'good', dead: 'bad' } as const
const FAILURES: Readonly<Record<string, string>> = {
  closed_address: 'no public address',
  unresolved: 'its name leads nowhere',
  timeout: 'no answer in 3 s',
  unreachable: 'not reached',
  tls: 'its certificate is not good',
}

/** The page. */
export function WebhookPage({ id = '' }: { readonly id?: string }) {
  const { api } = useOperator()
  const found = useLoad(
    () =>
      api
        .get('/v1/admin/webhooks')
        .then(({ webhooks }) => webhooks.find((webhook) => webhook.id === id) ?? null),
    [id],
  )
  return (
    <>
      <p>
        <a href="/console/webhooks">← All webhooks</a>
      </p>
      <Load of={found} title="A webhook">
        {(webhook) =>
          webhook === null ? (
            <>
              <h1>A webhook</h1>
              <Empty text="There is no such webhook." />
            </>
          ) : (
            <OneWebhook of={webhook} reload={found.reload} />
          )
        }
      </Load>
    </>
  )
}

function OneWebhook({ of, reload }: { of: Webhook; reload: () => void }) {
  const { api } = useOperator()
  const [state, setState] = useState<State>('all')
  const params = { path: { webhookId: of.id } }
  const deliveries = useLoad(async () => {
    const query = state === 'all' ? {} : { state }
    const path = '/v1/admin/webhooks/{webhookId}/deliveries'
    return (await api.get(path, { params: { ...params, query } })).deliveries
  }, [of.id, state])
  const reloadAll = () => {
    reload()
    deliveries.reload()
  }
  return (
    <>
      <PageHead title={new URL(of.url).host} text={of.note}>
        <Changes of={of} done={reloadAll} />
      </PageHead>
      <Facts
        of={{
          Address: of.url,
          State: <WebhookState of={of} />,
          Events: of.events.join(', '),
          Waiting: of.waiting,
          Dead: of.dead,
          'Lost while too many waited': of.dropped,
          Made: <Time at={of.createdAt} />,
        }}
      />
      <Card
        title="Deliveries"
        actions={
          <>
            <Choice label="Show" value={state} options={STATES} onChange={setState} />
            <button type="button" onClick={reloadAll}>
              Look again
            </button>
          </>
        }
      >
        <DataTable
          caption="The newest first, 50 at most"
          rows={deliveries}
          columns={columnsOf(of, reloadAll)}
          keyOf={({ id }) => id}
          empty="Nothing was sent yet."
        />
      </Card>
    </>
  )
}

function columnsOf(of: Webhook, done: () => void): readonly Column<WebhookDelivery>[] {
  return [
    { title: 'Event', cell: ({ type }) => type },
    { title: 'Id', cell: ({ id }) => <code>{id.slice(0, 8)}</code> },
    { title: 'State', cell: ({ state }) => <Badge text={state} tone={TONES[state]} /> },
    { title: 'Tries', cell: ({ attempts }) => attempts, isNumber: true },
    { title: 'Last answer', cell: (delivery) => lastOf(delivery) },
    { title: 'When', cell: ({ settledAt, runAt }) => <Time at={settledAt ?? runAt} /> },
    {
      title: 'Do',
      cell: ({ id, state }) =>
        state === 'dead' ? <Retry webhookId={of.id} deliveryId={id} done={done} /> : '–',
    },
  ]
}

function lastOf({ lastStatus, lastError }: WebhookDelivery): string {
  if (lastStatus !== null) return String(lastStatus)
  return lastError === null ? '–' : (FAILURES[lastError] ?? lastError)
}

function Retry(props: { webhookId: string; deliveryId: string; done: () => void }) {
  const { api } = useOperator()
  const { webhookId, deliveryId, done } = props
  const act = async () => {
    const path = '/v1/admin/webhooks/{webhookId}/deliveries/{deliveryId}/retry'
    await api.post(path, { params: { path: { webhookId, deliveryId } } })
    return 'It is sent again.'
  }
  return <Action label="Retry" title="Send it again" act={act} onDone={done} />
}

function Changes({ of, done }: { of: Webhook; done: () => void }) {
  const { api } = useOperator()
  const { route } = useLocation()
  const params = { path: { webhookId: of.id } }
  const put = (body: { url: string; note: string; events: string[]; isOn: boolean }) =>
    api.put('/v1/admin/webhooks/{webhookId}', {
      params,
      body: { ...body, events: body.events as ReturnType<typeof eventsOf> },
    })
  const edit = async (fields: Readonly<Record<string, string>>) => {
    const { url = '', note = '' } = fields
    await put({ url, note, events: eventsOf(fields), isOn: of.isOn })
    return 'Saved.'
  }
  const turn = async () => {
    await put({ url: of.url, note: of.note, events: [...of.events], isOn: !of.isOn })
    return of.isOn ? 'It is off: nothing more is sent.' : 'It is on.'
  }
  const test = async () => {
    await api.post('/v1/admin/webhooks/{webhookId}/test', { params })
    return 'A test event is on its way: look again in a moment.'
  }
  const remove = async () => {
    await api.delete('/v1/admin/webhooks/{webhookId}', { params })
    route('/console/webhooks')
    return 'The webhook is gone.'
  }
  return (
    <>
      <Action label="Send a test" isDisabled={!of.isOn} act={test} onDone={done} />
      <Action label="Edit" title="Edit the webhook" act={edit} onDone={done}>
        <WebhookFields of={of} />
      </Action>
      <Action label={of.isOn ? 'Switch off' : 'Switch on'} act={turn} onDone={done} />
      <Action label="Remove" title="Remove the webhook" isDanger act={remove} />
    </>
  )
}
