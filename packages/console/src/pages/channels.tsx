/** Channels of the chat, the newest first; each leads to its lines. */
import { useState } from 'preact/hooks'

import type { StaffChannel } from '@battalion/client/api-types.ts'

import { DataTable } from '../kit/data-table.tsx'
import { Badge, PageHead, Time } from '../kit/facts.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useOperator } from '../operator.tsx'

const KINDS = ['global', 'region', 'match', 'team', 'squad', 'party', 'group'] as const
type Kind = (typeof KINDS)[number]

/** The list. */
export function Channels() {
  const { api } = useOperator()
  const [kind, setKind] = useState<Kind | ''>('')
  const [marks, setMarks] = useState<readonly string[]>([])
  const after = marks.at(-1)
  const page = useLoad(() => {
    const query = { ...(kind === '' ? {} : { kind }), ...(after === undefined ? {} : { after }) }
    return api.get('/v1/admin/channels', { params: { query } })
  }, [kind, after])
  const rows = { ...page, value: page.value?.channels }
  const next = page.value?.next ?? undefined
  const choose = (value: string) => {
    setMarks([])
    setKind(value as Kind | '')
  }
  return (
    <>
      <PageHead title="Channels" text="Where players write. What two say directly is not here.">
        <label class="field inline">
          <span>Kind</span>
          <select value={kind} onChange={(event) => choose(event.currentTarget.value)}>
            <option value="">all</option>
            {KINDS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      </PageHead>
      <DataTable
        caption="The newest first"
        rows={rows}
        keyOf={({ id }) => id}
        empty="There is no such channel."
        columns={COLUMNS}
      />
      <div class="row">
        {marks.length > 0 && (
          <button type="button" class="quiet" onClick={() => setMarks(marks.slice(0, -1))}>
            Previous page
          </button>
        )}
        {next !== undefined && (
          <button type="button" class="quiet" onClick={() => setMarks([...marks, next])}>
            Next page
          </button>
        )}
      </div>
    </>
  )
}

const COLUMNS = [
  {
    title: 'Channel',
    cell: ({ id, kind, subject }: StaffChannel) => (
      <a href={`/console/channels/${id}`}>
        {kind} {subject.slice(0, 40)}
      </a>
    ),
  },
  { title: 'Lines', isNumber: true, cell: ({ lastSeq }: StaffChannel) => lastSeq },
  {
    title: 'State',
    cell: ({ isClosed }: StaffChannel) => (
      <Badge text={isClosed ? 'closed' : 'open'} tone={isClosed ? 'plain' : 'good'} />
    ),
  },
  { title: 'Since', cell: ({ createdAt }: StaffChannel) => <Time at={createdAt} /> },
]
