/** The audit log: who of the staff did what, filtered, page by page; the state of its chain. */
import { useState } from 'preact/hooks'

import type { AuditChain, AuditEntry } from '@battalion/client/api-types.ts'

import { textOf } from '../console-api.ts'
import { BusyButton } from '../kit/busy-button.tsx'
import { Badge, Facts, PageHead, Time } from '../kit/facts.tsx'
import { Filters } from '../kit/filters.tsx'
import { Field } from '../kit/form.tsx'
import { Change, Choice, More } from '../kit/list-parts.tsx'
import { Empty, Load } from '../kit/load-state.tsx'
import { usePages } from '../kit/use-pages.ts'
import { useOperator } from '../operator.tsx'

const OUTCOMES = ['done', 'refused', 'failed'] as const
const TONES = { done: 'good', refused: 'warn', failed: 'bad' } as const
/** Rows one check reads: what fits into a moment of the database. */
const CHECK_ROWS = 10_000

type Filter = Readonly<Record<string, string>>

/** The page. */
export function Audit() {
  const { api } = useOperator()
  const [filter, setFilter] = useState<Filter>({})
  const log = usePages(
    (cursor) => {
      const query = { ...filter, limit: 50, ...(cursor === undefined ? {} : { cursor }) }
      return api.get('/v1/admin/audit', { params: { query } })
    },
    [JSON.stringify(filter)],
  )
  return (
    <>
      <PageHead title="Audit log" text="One row for each request of staff, done or not; for ever.">
        <button type="button" onClick={log.reload}>
          Look again
        </button>
      </PageHead>
      <Chain />
      <Filters count={Object.keys(filter).length} find={setFilter}>
        <Field name="actor" label="Who" hint="Name or id" isOptional />
        <Field name="action" label="Action" hint="user.ban, or user for all of them" isOptional />
        <Field name="target" label="On whom or what" hint="Its id" isOptional />
        <Choice name="outcome" label="Outcome" options={OUTCOMES} all="any" />
        <Field name="from" label="From" type="datetime-local" isOptional />
        <Field name="until" label="Until" type="datetime-local" isOptional />
      </Filters>
      <Load of={log}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty text="No row is like that." />
          ) : (
            <ol class="log" aria-label="Rows of the audit log">
              {rows.map((row) => (
                <Row key={row.seq} row={row} />
              ))}
            </ol>
          )
        }
      </Load>
      <More of={log} />
    </>
  )
}

function Row({ row }: { readonly row: AuditEntry }) {
  const { seq, at, action, outcome, code, target, targetName, reason } = row
  const tone = TONES[outcome]
  return (
    <li>
      <details>
        <summary>
          <span class="soft number">{seq}</span>
          <Time at={at} />
          <strong>{actorOf(row)}</strong>
          <code>{action}</code>
          <span class="grow">
            {target !== null && `${target.kind} ${targetName ?? target.id}`}
            {reason !== null && <span class="soft"> “{reason}”</span>}
          </span>
          <Badge text={code === null ? outcome : `${outcome}: ${code}`} tone={tone} />
        </summary>
        <Facts
          of={{
            Who: row.actor.id ?? row.actor.kind,
            From: row.actor.address ?? '–',
            Target: target === null ? '–' : `${target.kind} ${target.id}`,
            Reason: reason ?? '–',
            Request: row.requestId,
            Hash: <code>{row.hash}</code>,
          }}
        />
        <Change before={row.before} after={row.after} />
      </details>
    </li>
  )
}

function actorOf({ actor, actorName }: AuditEntry): string {
  if (actor.kind === 'machine') return 'the machine'
  if (actor.kind === 'nobody') return `nobody, ${actor.address ?? 'unknown'}`
  return actorName ?? actor.id ?? 'unknown'
}

const FINDINGS: Readonly<Record<AuditChain['findings'][number]['what'], string>> = {
  changed: 'was changed: its hash is not that of its content',
  missing: 'is missing',
  unlinked: 'does not follow the row before it',
  'cut off': 'and later rows are gone: the log does not end where its head says',
  'unknown hash': 'has not the hash that was known',
}

/** The check of the chain, on demand. */
function Chain() {
  const { api, onError } = useOperator()
  const [state, setState] = useState<{ report?: AuditChain; error?: string; isBusy: boolean }>({
    isBusy: false,
  })
  const verify = () => {
    setState({ isBusy: true })
    api
      .post('/v1/admin/audit/verify', { params: { query: { rows: CHECK_ROWS } } })
      .then((report) => setState({ report, isBusy: false }))
      .catch((error: unknown) => {
        onError(error)
        setState({ error: textOf(error), isBusy: false })
      })
  }
  return (
    <section class="card" aria-label="Chain">
      <div class="page-head">
        <div>
          <h2>Chain</h2>
          <p class="soft">
            Each row carries the hash of the one before it. This checks the newest{' '}
            {CHECK_ROWS.toLocaleString()} rows; <code>npm run audit -- verify</code> all of them.
          </p>
        </div>
        <BusyButton label="Verify" isBusy={state.isBusy} onClick={verify} />
      </div>
      <div class="verdict" role="status">
        {state.error !== undefined && <p class="error">{state.error}</p>}
        {state.report !== undefined && <Verdict report={state.report} />}
      </div>
    </section>
  )
}

function Verdict({ report }: { readonly report: AuditChain }) {
  const { fromSeq, rows, findings, findingCount, head } = report
  const isWhole = findingCount === 0
  return (
    <>
      <Badge
        text={isWhole ? 'whole' : `${findingCount} findings`}
        tone={isWhole ? 'good' : 'bad'}
      />{' '}
      {rows.toLocaleString()} rows from row {fromSeq} on. Head: <code class="hash">{head}</code>
      {findings.map(({ seq, what }) => (
        <p key={`${seq} ${what}`} class="error">
          Row {seq} {FINDINGS[what]}.
        </p>
      ))}
    </>
  )
}
