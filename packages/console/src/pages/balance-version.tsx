/** One version of the balance: its files, what is wrong with it, what it changes; publishing. */
import { useLocation } from 'preact-iso'
import { useState } from 'preact/hooks'

import type { BalanceContent, BalanceFault } from '@battalion/client/api-types.ts'

import { Action } from '../kit/action.tsx'
import { DataTable } from '../kit/data-table.tsx'
import type { Column } from '../kit/data-table.tsx'
import { Card, Facts, PageHead, Time } from '../kit/facts.tsx'
import { Field } from '../kit/form.tsx'
import { Load } from '../kit/load-state.tsx'
import { useLoad } from '../kit/use-load.ts'
import type { Loaded } from '../kit/use-load.ts'
import { useOperator } from '../operator.tsx'
import { BalanceChanges } from './balance-changes.tsx'
import { BalanceEditor } from './balance-editor.tsx'
import { NewDraft, VersionBadges } from './balance.tsx'

const FAULT_COLUMNS: readonly Column<BalanceFault>[] = [
  { title: 'File', cell: ({ file }) => file },
  { title: 'Path', cell: ({ path }) => <code>{path}</code> },
  { title: 'What is wrong', cell: ({ complaint }) => complaint },
]

/** The page. */
export function BalanceVersionPage({ id = '' }: { readonly id?: string }) {
  const { api } = useOperator()
  const params = { path: { version: id } }
  const content = useLoad(() => api.get('/v1/admin/balances/{version}', { params }), [id])
  return (
    <>
      <p>
        <a href="/console/balance">← All versions</a>
      </p>
      <Load of={content} title={`Balance ${id}`}>
        {(value) => <OneVersion key={value.version} of={value} reload={content.reload} />}
      </Load>
    </>
  )
}

function OneVersion({ of, reload }: { of: BalanceContent; reload: () => void }) {
  const { api, may } = useOperator()
  const { version, revision } = of
  const params = { path: { version } }
  const faults = useLoad(async () => {
    const path = '/v1/admin/balances/{version}/validate'
    return (await api.post(path, { params })).faults
  }, [version, revision])
  const isDraft = of.state === 'draft' && may('balance.write')
  return (
    <>
      <PageHead title={`Balance ${version}`} text={of.note}>
        <NewDraft base={version} />
        {isDraft && <Discard of={of} />}
        {isDraft && <Publish of={of} faults={faults} />}
      </PageHead>
      <Facts
        of={{
          State: <VersionBadges of={of} />,
          'Made from': of.base ?? '–',
          Revision: of.revision,
          Changed: <Time at={of.updatedAt} />,
          ...(of.state === 'published'
            ? { Published: <Time at={of.publishedAt} />, Reason: of.reason }
            : {}),
        }}
      />
      <Card title="Validation">
        <DataTable
          caption="Everything that keeps it from being played"
          rows={faults}
          columns={FAULT_COLUMNS}
          keyOf={({ file, path, complaint }) => `${file} ${path} ${complaint}`}
          empty="Nothing is wrong: it can be played."
        />
      </Card>
      <BalanceEditor of={of} isDraft={isDraft} onSaved={reload} />
      {of.base !== null && <BalanceChanges of={of} />}
    </>
  )
}

function Publish(props: {
  readonly of: BalanceContent
  readonly faults: Loaded<readonly BalanceFault[]>
}) {
  const { api } = useOperator()
  const { route } = useLocation()
  const [replaces, setReplaces] = useState<string | undefined>()
  const { version, revision } = props.of
  const played = useLoad(async () => {
    const { versions } = await api.get('/v1/admin/balances')
    const found = versions.find(({ isPlayed }) => isPlayed)
    setReplaces(found?.version)
    return found
  }, [version, revision])
  const act = async ({ reason = '' }: Readonly<Record<string, string>>) => {
    const body = { revision, reason, replaces: replaces ?? '' }
    const params = { path: { version } }
    const made = await api.post('/v1/admin/balances/{version}/publish', { params, body })
    route(`/console/balance/${made.version}`)
    return `Version ${made.version} is published: new battles take it.`
  }
  const isPlayable = props.faults.value?.length === 0
  return (
    <Action
      label="Publish"
      title={`Publish ${version}`}
      text={
        `It gets the next number and takes over from version ${replaces ?? '…'}. ` +
        'New battles take it within seconds, running ones keep theirs. It can not be changed again.'
      }
      isDisabled={!isPlayable || played.value === undefined}
      act={act}
    >
      <Field name="reason" label="Reason" />
    </Action>
  )
}

function Discard({ of }: { of: BalanceContent }) {
  const { api } = useOperator()
  const { route } = useLocation()
  const { version } = of
  const act = async () => {
    await api.delete('/v1/admin/balances/{version}', { params: { path: { version } } })
    route('/console/balance')
    return `${version} is gone.`
  }
  return <Action label="Discard" title={`Discard ${version}`} isDanger act={act} />
}
