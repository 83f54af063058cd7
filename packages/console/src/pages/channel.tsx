/** The lines of one channel as they were written, with those taken from view; taking one away. */
import { useState } from 'preact/hooks'

import type { StaffLine } from '@battalion/client/api-types.ts'

import { Action } from '../kit/action.tsx'
import { Badge, PageHead, Time } from '../kit/facts.tsx'
import { Empty, Load } from '../kit/load-state.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useOperator } from '../operator.tsx'
import { Why } from '../people/sanction-actions.tsx'

/** A page of lines, the newest page first. */
export function Channel({ id = '' }: { readonly id?: string }) {
  const { api } = useOperator()
  const [before, setBefore] = useState<number | undefined>()
  const page = useLoad(() => {
    const query = before === undefined ? {} : { before }
    const params = { path: { channelId: id }, query }
    return api.get('/v1/admin/channels/{channelId}/messages', { params })
  }, [id, before])
  const lines = page.value?.lines ?? []
  const first = lines[0]?.seq
  return (
    <>
      <p>
        <a href="/console/channels">← All channels</a>
      </p>
      <Load of={page} title="A channel">
        {({ channel }) => (
          <>
            <PageHead
              title={`${channel.kind} ${channel.subject}`}
              text={`${channel.lastSeq} lines`}
            >
              {before !== undefined && (
                <button type="button" class="quiet" onClick={() => setBefore(undefined)}>
                  Newest
                </button>
              )}
              {first !== undefined && first > 1 && (
                <button type="button" class="quiet" onClick={() => setBefore(first)}>
                  Earlier
                </button>
              )}
            </PageHead>
            {lines.length === 0 ? (
              <Empty text="Nobody has written here." />
            ) : (
              <ol class="chat-lines">
                {lines.map((line) => (
                  <Line key={line.seq} line={line} channelId={id} done={page.reload} />
                ))}
              </ol>
            )}
          </>
        )}
      </Load>
    </>
  )
}

function Line(props: { line: StaffLine; channelId: string; done: () => void }) {
  const { line, channelId, done } = props
  const { may } = useOperator()
  return (
    <li class={line.isDeleted ? 'gone' : ''}>
      <div class="page-head">
        <span class="row">
          <Author line={line} />
          <Time at={line.createdAt} />
          {line.isEdited && <Badge text="edited" />}
          {line.isDeleted && <Badge text="taken from view" tone="warn" />}
          {line.original !== null && <Badge text="masked for others" />}
        </span>
        {may('chat.write') && !line.isDeleted && (
          <Delete channelId={channelId} seq={line.seq} done={done} />
        )}
      </div>
      <p>{line.original ?? line.text}</p>
    </li>
  )
}

function Author({ line: { authorId, authorName } }: { readonly line: StaffLine }) {
  if (authorId === null || authorName === null) return <span class="soft">somebody gone</span>
  return <a href={`/console/players/${authorId}`}>{authorName}</a>
}

function Delete(props: { channelId: string; seq: number; done: () => void }) {
  const { api } = useOperator()
  const { channelId, seq, done } = props
  const act = async ({ reason = '' }: Readonly<Record<string, string>>) => {
    const params = { path: { channelId, seq }, query: { reason } }
    await api.delete('/v1/admin/channels/{channelId}/messages/{seq}', { params })
    return 'The line is taken from view.'
  }
  return (
    <Action label="Delete" title="Take this line from view" isDanger act={act} onDone={done}>
      <Why />
    </Action>
  )
}
