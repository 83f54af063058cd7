/** Versions of the balance: drafts, what was published, what came with the program. */
import { useLocation } from 'preact-iso'

import type { BalanceVersion } from '@battalion/client/api-types.ts'

import { Action } from '../kit/action.tsx'
import { DataTable } from '../kit/data-table.tsx'
import type { Column } from '../kit/data-table.tsx'
import { Badge, PageHead, Time } from '../kit/facts.tsx'
import { Field } from '../kit/form.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useOperator } from '../operator.tsx'

const KILO = 1000

const COLUMNS: readonly Column<BalanceVersion>[] = [
  {
    title: 'Version',
    cell: ({ version }) => <a href={`/console/balance/${version}`}>{version}</a>,
  },
  { title: 'State', cell: (row) => <VersionBadges of={row} /> },
  { title: 'Made from', cell: ({ base }) => base ?? '–' },
  { title: 'What it is', cell: ({ reason, note }) => reason ?? (note || '–') },
  { title: 'Changed', cell: ({ updatedAt }) => <Time at={updatedAt} /> },
  { title: 'Size', cell: ({ bytes }) => `${Math.ceil(bytes / KILO)} kB`, isNumber: true },
]

/** The list. */
export function Balance() {
  const { api } = useOperator()
  const versions = useLoad(
    () => api.get('/v1/admin/balances').then((answer) => answer.versions),
    [],
  )
  const played = versions.value?.find(({ isPlayed }) => isPlayed)
  return (
    <>
      <PageHead
        title="Balance"
        text="New battles take the played version; running ones keep theirs to their end."
      >
        {played !== undefined && <NewDraft base={played.version} />}
      </PageHead>
      <WhoPublishes />
      <DataTable
        caption="Versions"
        rows={versions}
        columns={COLUMNS}
        keyOf={({ version }) => version}
        empty="There is no version."
      />
    </>
  )
}

/** Who only reads learns who does more, and who gives roles, how he gets there. */
function WhoPublishes() {
  const { may } = useOperator()
  if (may('balance.write')) return null
  return (
    <p class="soft">
      Drafts are made and published by the role game-team.
      {may('roles.write') && (
        <>
          {' '}
          You give it on the page <a href="/console/staff">Staff</a>, also to yourself.
        </>
      )}
    </p>
  )
}

/** What a version is, in words. */
export function VersionBadges({ of }: { of: BalanceVersion }) {
  return (
    <span class="row">
      <Badge text={of.state} tone={of.state === 'draft' ? 'warn' : 'plain'} />
      {of.isPlayed && <Badge text="played" tone="good" />}
      {of.isBroken && <Badge text="cannot be played" tone="bad" />}
    </span>
  )
}

/** Makes a draft and goes there. */
export function NewDraft({ base }: { base: string }) {
  const { api, may } = useOperator()
  const { route } = useLocation()
  if (!may('balance.write')) return null
  const act = async ({ note = '' }: Readonly<Record<string, string>>) => {
    const made = await api.post('/v1/admin/balances', { body: { base, note } })
    route(`/console/balance/${made.version}`)
    return `${made.version} is made.`
  }
  return (
    <Action label="New draft" title={`New draft from version ${base}`} act={act}>
      <Field name="note" label="What it is for" isOptional />
    </Action>
  )
}
