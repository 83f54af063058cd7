/** What a version changes, value by value. */
import { useState } from 'preact/hooks'

import type { BalanceChange, BalanceContent } from '@battalion/client/api-types.ts'

import { Choice } from '../kit/choice.tsx'
import { Card } from '../kit/facts.tsx'
import { Empty, Load } from '../kit/load-state.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useOperator } from '../operator.tsx'

/** The changes, against a version of one's choice. */
export function BalanceChanges({ of }: { of: BalanceContent }) {
  const { api } = useOperator()
  const [against, setAgainst] = useState(of.base ?? of.version)
  const { version, revision } = of
  const others = useLoad(async () => {
    const { versions } = await api.get('/v1/admin/balances')
    return versions.map((each) => each.version).filter((name) => name !== version)
  }, [version])
  const diff = useLoad(() => {
    const params = { path: { version }, query: { against } }
    return api.get('/v1/admin/balances/{version}/diff', { params })
  }, [version, revision, against])
  const options = [...new Set([against, ...(others.value ?? [])])]
  return (
    <Card
      title="Changes"
      actions={
        <Choice label="Against version" value={against} options={options} onChange={setAgainst} />
      }
    >
      <Load of={diff}>
        {({ changes, isCut }) => (
          <>
            {changes.length === 0 && <Empty text={`It is the same as version ${against}.`} />}
            <ul class="changes" aria-label={`Changes against version ${against}`}>
              {changes.map((change) => (
                <Change key={`${change.file} ${change.path}`} of={change} />
              ))}
            </ul>
            {isCut && <p class="soft">There are more changes than are shown.</p>}
          </>
        )}
      </Load>
    </Card>
  )
}

function Change({ of }: { of: BalanceChange }) {
  return (
    <li>
      <code>
        {of.file} {of.path}
      </code>
      {of.before !== null && (
        <code class="minus">
          <span aria-label="before">−</span> {of.before}
        </code>
      )}
      {of.after !== null && (
        <code class="plus">
          <span aria-label="after">+</span> {of.after}
        </code>
      )}
    </li>
  )
}
