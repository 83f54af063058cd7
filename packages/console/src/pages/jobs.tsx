/** Background work: what waits, runs and gave up, by kind; dead letters; recurring jobs. */
import { useState } from 'preact/hooks'

import type { DeadLetter, Job, JobSummary } from '@battalion/client/api-types.ts'

import { Action } from '../kit/action.tsx'
import { DataTable } from '../kit/data-table.tsx'
import type { Column } from '../kit/data-table.tsx'
import { Badge, Card, PageHead, Tile, Time } from '../kit/facts.tsx'
import { Field } from '../kit/form.tsx'
import { Choice, More } from '../kit/list-parts.tsx'
import { Load } from '../kit/load-state.tsx'
import { useLoad } from '../kit/use-load.ts'
import type { Loaded } from '../kit/use-load.ts'
import { usePages } from '../kit/use-pages.ts'
import { useOperator } from '../operator.tsx'

const STATES = ['dead', 'running', 'waiting', 'done'] as const
type State = (typeof STATES)[number]
const TONES = { dead: 'bad', running: 'good', waiting: 'plain', done: 'plain' } as const

/** The page. */
export function Jobs() {
  const { api } = useOperator()
  const summary = useLoad(() => api.get('/v1/admin/jobs/summary'), [])
  return (
    <>
      <PageHead title="Jobs" text="Work that is done later, or again when it fails.">
        <button type="button" onClick={summary.reload}>
          Look again
        </button>
      </PageHead>
      <Load of={summary}>{(value) => <Totals summary={value} />}</Load>
      <JobList kinds={summary.value?.kinds.map(({ kind }) => kind) ?? []} done={summary.reload} />
      <Letters />
      <Kinds of={summary} />
      <Schedules of={summary} />
    </>
  )
}

function Totals({ summary: { kinds } }: { readonly summary: JobSummary }) {
  const sum = (of: 'waiting' | 'retrying' | 'running' | 'dead') =>
    kinds.reduce((total, kind) => total + kind[of], 0)
  const retrying = sum('retrying')
  return (
    <div class="tiles">
      <Tile name="Waiting" value={sum('waiting')} />
      <Tile name="Failed, will be tried again" value={retrying} />
      <Tile name="Running" value={sum('running')} />
      <Tile name="Gave up" value={sum('dead')} isBad={sum('dead') > 0} />
    </div>
  )
}

function JobList(props: { readonly kinds: readonly string[]; readonly done: () => void }) {
  const { api, may } = useOperator()
  const [state, setState] = useState<State>('dead')
  const [kind, setKind] = useState('')
  const jobs = usePages(
    (cursor) => {
      const filter = { state, ...(kind === '' ? {} : { kind }) }
      const query = { ...filter, ...(cursor === undefined ? {} : { cursor }) }
      return api.get('/v1/admin/jobs', { params: { query } })
    },
    [state, kind],
  )
  const done = () => {
    jobs.reload()
    props.done()
  }
  const acts: readonly Column<Job>[] =
    may('jobs.write') && state === 'dead'
      ? [{ title: 'Do', cell: (job) => <JobActs job={job} done={done} /> }]
      : []
  const filters = (
    <>
      <Choice label="State" options={STATES} value={state} onChoice={(s) => setState(s as State)} />
      <Choice label="Kind" options={props.kinds} all="all" value={kind} onChoice={setKind} />
    </>
  )
  return (
    <Card title={state === 'dead' ? 'Dead letters' : 'Jobs of this state'} actions={filters}>
      <DataTable
        caption={`Jobs: ${state}`}
        rows={jobs}
        keyOf={({ id }) => id}
        empty={state === 'dead' ? 'No job has given up.' : `No job is ${state}.`}
        columns={[...COLUMNS, ...acts]}
      />
      <More of={jobs} />
    </Card>
  )
}

const COLUMNS: readonly Column<Job>[] = [
  { title: 'Job', cell: ({ id }) => id, isNumber: true },
  { title: 'Kind', cell: ({ kind }) => <code>{kind}</code> },
  { title: 'State', cell: ({ state }) => <Badge text={state} tone={TONES[state]} /> },
  {
    title: 'Attempts',
    cell: ({ attempts, attemptsMax }) => `${attempts} of ${attemptsMax}`,
    isNumber: true,
  },
  { title: 'Put in', cell: ({ createdAt }) => <Time at={createdAt} /> },
  {
    title: 'Due or ended',
    cell: ({ endedAt, runAt }) => <Time at={endedAt ?? runAt} />,
  },
  { title: 'Last error', cell: ({ lastError }) => lastError ?? <span class="soft">–</span> },
]

function JobActs({ job, done }: { readonly job: Job; readonly done: () => void }) {
  const { api } = useOperator()
  const path = { jobId: job.id }
  const retry = async () => {
    await api.post('/v1/admin/jobs/{jobId}/retry', { params: { path } })
    return `Job ${job.id} is tried again.`
  }
  const discard = async ({ reason = '' }: Readonly<Record<string, string>>) => {
    await api.delete('/v1/admin/jobs/{jobId}', { params: { path, query: { reason } } })
    return `Job ${job.id} is gone.`
  }
  return (
    <div class="row">
      <Action
        label="Retry"
        title={`Retry job ${job.id}`}
        text="It gets all its attempts again, the first one now."
        act={retry}
        onDone={done}
      />
      <Action
        label="Discard"
        title={`Discard job ${job.id}`}
        text="What it was to do is never done. The audit log keeps your reason."
        isDanger
        act={discard}
        onDone={done}
      >
        <Field name="reason" label="Reason" />
      </Action>
    </div>
  )
}

function Letters() {
  const { api, may } = useOperator()
  const letters = usePages((cursor) => {
    const query = cursor === undefined ? {} : { cursor }
    return api.get('/v1/admin/letters', { params: { query } })
  }, [])
  const acts: readonly Column<DeadLetter>[] = may('jobs.write')
    ? [{ title: 'Do', cell: (letter) => <Discard letter={letter} done={letters.reload} /> }]
    : []
  return (
    <Card title="Undelivered events">
      <DataTable
        caption="Events that a consumer gave up"
        rows={letters}
        keyOf={({ id }) => id}
        empty="Every event was taken in."
        columns={[
          { title: 'Topic', cell: ({ topic }) => <code>{topic}</code> },
          { title: 'Consumer', cell: ({ consumer }) => consumer },
          { title: 'Key', cell: ({ key }) => key },
          { title: 'Given up', cell: ({ deadAt }) => <Time at={deadAt} /> },
          { title: 'Reason', cell: ({ reason }) => reason },
          ...acts,
        ]}
      />
      <More of={letters} />
    </Card>
  )
}

function Discard({ letter, done }: { readonly letter: DeadLetter; readonly done: () => void }) {
  const { api } = useOperator()
  const discard = async ({ reason = '' }: Readonly<Record<string, string>>) => {
    const params = { path: { letterId: letter.id }, query: { reason } }
    await api.delete('/v1/admin/letters/{letterId}', { params })
    return 'The event is gone.'
  }
  return (
    <Action label="Discard" title="Discard the event" isDanger act={discard} onDone={done}>
      <Field name="reason" label="Reason" />
    </Action>
  )
}

function Kinds({ of }: { readonly of: Loaded<JobSummary> }) {
  return (
    <Card title="By kind">
      <DataTable
        caption="Jobs that are not done"
        rows={{ ...of, value: of.value?.kinds }}
        keyOf={({ kind }) => kind}
        empty="Nothing waits, runs or has given up."
        columns={[
          { title: 'Kind', cell: ({ kind }) => <code>{kind}</code> },
          { title: 'Waiting', cell: ({ waiting }) => waiting, isNumber: true },
          { title: 'Failed before', cell: ({ retrying }) => retrying, isNumber: true },
          { title: 'Running', cell: ({ running }) => running, isNumber: true },
          {
            title: 'Gave up',
            cell: ({ dead }) => (dead === 0 ? 0 : <Badge text={String(dead)} tone="bad" />),
            isNumber: true,
          },
          { title: 'Next due', cell: ({ nextAt }) => <Time at={nextAt} /> },
        ]}
      />
    </Card>
  )
}

function Schedules({ of }: { readonly of: Loaded<JobSummary> }) {
  return (
    <Card title="Recurring">
      <DataTable
        caption="Recurring jobs"
        rows={{ ...of, value: of.value?.schedules }}
        keyOf={({ kind }) => kind}
        empty="There is no recurring job."
        columns={[
          { title: 'Kind', cell: ({ kind }) => <code>{kind}</code> },
          {
            title: 'When',
            cell: ({ pattern, zone }) => (
              <>
                <code>{pattern}</code> <span class="soft">{zone}</span>
              </>
            ),
          },
          { title: 'Last run', cell: ({ lastAt }) => <Time at={lastAt} /> },
          { title: 'Last gave up', cell: ({ deadAt }) => <Time at={deadAt} /> },
          { title: 'Next run', cell: ({ nextAt }) => <Time at={nextAt} /> },
        ]}
      />
    </Card>
  )
}
