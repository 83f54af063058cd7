/** What a player was ever sanctioned with: by whom, why, until when, lifted by whom. */
import type { Sanction } from '@battalion/client/api-types.ts'

import { DataTable } from '../kit/data-table.tsx'
import { Badge, Time } from '../kit/facts.tsx'
import { loadedOf } from './loaded.ts'

export const KIND_NAMES: Readonly<Record<Sanction['kind'], string>> = {
  ban: 'Ban',
  mute: 'Mute',
  match_lock: 'Match-lock',
  kick: 'Kick',
}

/** The history, the newest first. */
export function SanctionList({ sanctions }: { readonly sanctions: readonly Sanction[] }) {
  return (
    <DataTable
      caption="All that were ever imposed, the newest first"
      rows={loadedOf(sanctions)}
      keyOf={({ id }) => id}
      empty="Never sanctioned."
      columns={[
        { title: 'What', cell: (one) => <What sanction={one} /> },
        { title: 'Reason', cell: ({ reason }) => reason },
        { title: 'Imposed', cell: (one) => <Imposed sanction={one} /> },
        { title: 'Until', cell: (one) => <Until sanction={one} /> },
        { title: 'Lifted', cell: (one) => <Lifted sanction={one} /> },
      ]}
    />
  )
}

function What({ sanction }: { readonly sanction: Sanction }) {
  const { kind, scope, isStanding } = sanction
  const where = scope === 'all' ? '' : ` in ${scope.slice(0, 8)}`
  return (
    <span class="stack">
      <span class="nowrap">
        {KIND_NAMES[kind]}
        {where}
      </span>
      {isStanding && <Badge text="in force" tone="bad" />}
    </span>
  )
}

function Imposed({ sanction }: { readonly sanction: Sanction }) {
  return (
    <span class="stack">
      <Time at={sanction.at} />
      <span class="soft">by {sanction.byName ?? 'the machine’s operator'}</span>
    </span>
  )
}

function Until({ sanction }: { readonly sanction: Sanction }) {
  if (sanction.kind === 'kick') return <span class="soft">once</span>
  if (sanction.until === null) return <>until it is lifted</>
  return <Time at={sanction.until} />
}

function Lifted({ sanction }: { readonly sanction: Sanction }) {
  const { liftedAt, liftedByName, liftReason } = sanction
  if (liftedAt === null) return <span class="soft">–</span>
  return (
    <span class="stack">
      <Time at={liftedAt} />
      <span class="soft">
        by {liftedByName ?? 'the machine’s operator'}
        {liftReason === null ? '' : `: ${liftReason}`}
      </span>
    </span>
  )
}
