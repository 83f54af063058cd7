/** The queue of reports with the lines around what was reported; claim, then settle. */
import { useState } from 'preact/hooks'

import type { Report } from '@battalion/client/api-types.ts'

import { Action } from '../kit/action.tsx'
import { Badge, Facts, PageHead, Time } from '../kit/facts.tsx'
import { Field } from '../kit/form.tsx'
import { Empty, Load } from '../kit/load-state.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useOperator } from '../operator.tsx'
import { SanctionActions, Why } from '../people/sanction-actions.tsx'

const STATES = ['open', 'claimed', 'settled'] as const
type State = (typeof STATES)[number]

/** The queue, or one report that somebody led here to. */
export function Reports({ id = '' }: { readonly id?: string }) {
  return id === '' ? <Queue /> : <Single id={id} />
}

function Queue() {
  const { api } = useOperator()
  const [state, setState] = useState<State>('open')
  const page = useLoad(
    () => api.get('/v1/admin/reports', { params: { query: { state } } }),
    [state],
  )
  return (
    <>
      <PageHead title="Reports" text="What players reported, with the lines around it.">
        <label class="field inline">
          <span>State</span>
          <select value={state} onChange={(event) => setState(event.currentTarget.value as State)}>
            {STATES.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      </PageHead>
      <Load of={page}>
        {({ reports }) =>
          reports.length === 0 ? (
            <Empty text={`No report is ${state}.`} />
          ) : (
            reports.map((report) => (
              <OneReport key={report.id} report={report} done={page.reload} />
            ))
          )
        }
      </Load>
    </>
  )
}

function Single({ id }: { readonly id: string }) {
  const { api } = useOperator()
  const params = { path: { reportId: id } }
  const report = useLoad(() => api.get('/v1/admin/reports/{reportId}', { params }), [id])
  return (
    <>
      <p>
        <a href="/console/reports">← All reports</a>
      </p>
      <PageHead title="A report" />
      <Load of={report}>{(value) => <OneReport report={value} done={report.reload} />}</Load>
    </>
  )
}

function OneReport({ report, done }: { readonly report: Report; readonly done: () => void }) {
  const { session } = useOperator()
  const { accusedId, accusedName, reporterId, reporterName, channelKind, channelId } = report
  const isMine = report.claimedBy === session.userId && report.state === 'claimed'
  const isDirect = channelKind === 'direct'
  return (
    <article class="card" aria-label={`Report: ${report.reason}`}>
      <div class="page-head">
        <h2>{report.reason}</h2>
        <Badge
          text={report.verdict ?? report.state}
          tone={report.state === 'open' ? 'warn' : 'plain'}
        />
      </div>
      <Facts
        of={{
          About: <PersonLink id={accusedId} name={accusedName} />,
          By: <PersonLink id={reporterId} name={reporterName} />,
          Channel: isDirect ? channelKind : <ChannelLink id={channelId} kind={channelKind} />,
          Reported: <Time at={report.createdAt} />,
        }}
      />
      {report.note !== '' && (
        <p>
          <span class="soft">Note:</span> {report.note}
        </p>
      )}
      <ol class="chat-lines">
        {report.lines.map((line) => (
          <li key={line.seq} class={line.seq === report.seq ? 'reported' : ''}>
            <span class="soft">{line.authorName ?? 'somebody gone'}:</span> {line.text}{' '}
            {line.seq === report.seq && <Badge text="reported" tone="warn" />}
          </li>
        ))}
      </ol>
      <div class="row">
        {report.state === 'open' && <Claim id={report.id} done={done} />}
        {isMine && <Settle id={report.id} done={done} />}
      </div>
      {accusedId !== null && accusedName !== null && (
        <div class="row actions" role="group" aria-label={`What to do about ${accusedName}`}>
          <DeleteLine report={report} done={done} />
          <SanctionActions userId={accusedId} name={accusedName} onDone={done} />
        </div>
      )}
    </article>
  )
}

function PersonLink({ id, name }: { readonly id: string | null; readonly name: string | null }) {
  if (id === null || name === null) return <span class="soft">somebody gone</span>
  return <a href={`/console/players/${id}`}>{name}</a>
}

function ChannelLink({ id, kind }: { readonly id: string; readonly kind: string }) {
  return <a href={`/console/channels/${id}`}>{kind}</a>
}

function DeleteLine({ report, done }: { readonly report: Report; readonly done: () => void }) {
  const { api, may } = useOperator()
  if (!may('chat.write')) return null
  const { channelId, seq } = report
  const act = async ({ reason = '' }: Readonly<Record<string, string>>) => {
    const params = { path: { channelId, seq }, query: { reason } }
    await api.delete('/v1/admin/channels/{channelId}/messages/{seq}', { params })
    return 'The line is taken from view.'
  }
  return (
    <Action label="Delete line" title="Take the reported line from view" act={act} onDone={done}>
      <Why />
    </Action>
  )
}

function Claim({ id, done }: { id: string; done: () => void }) {
  const { api } = useOperator()
  const params = { path: { reportId: id } }
  const act = async () => {
    await api.put('/v1/admin/reports/{reportId}/claim', { params })
    return 'The report is yours.'
  }
  return <Action label="Claim" text="Nobody else settles it then." act={act} onDone={done} />
}

function Settle({ id, done }: { id: string; done: () => void }) {
  const { api } = useOperator()
  const params = { path: { reportId: id } }
  const settle =
    (verdict: 'upheld' | 'dismissed') =>
    async ({ note = '' }: Readonly<Record<string, string>>) => {
      await api.put('/v1/admin/reports/{reportId}/verdict', { params, body: { verdict, note } })
      return `The report is ${verdict}.`
    }
  return (
    <>
      <Action label="Uphold" isDanger act={settle('upheld')} onDone={done}>
        <Field name="note" label="Note" isOptional />
      </Action>
      <Action label="Dismiss" act={settle('dismissed')} onDone={done}>
        <Field name="note" label="Note" isOptional />
      </Action>
    </>
  )
}
