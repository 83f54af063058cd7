/** Whether what is shown is of now. */
import { Badge } from './facts.tsx'
import type { StreamState } from './use-stream.ts'

const TEXTS = {
  opening: { text: 'connecting', tone: 'plain' },
  live: { text: 'live', tone: 'good' },
  lost: { text: 'connection lost, trying again', tone: 'warn' },
  ended: { text: 'ended', tone: 'bad' },
} as const

/** A badge for a stream. */
export function LiveBadge({ state }: { state: StreamState }) {
  return (
    <span role="status">
      <Badge {...TEXTS[state]} />
    </span>
  )
}
