/** The last lines that a room logged, newest first. */
import type { RoomLine } from '@battalion/client/api-types.ts'

import { Badge, Card } from '../kit/facts.tsx'
import { Empty } from '../kit/load-state.tsx'

const TONES = { info: 'plain', warn: 'warn', error: 'bad' } as const

/** Texts are text nodes: what a player wrote is never markup. */
export function RoomLog({ lines }: { lines: readonly RoomLine[] }) {
  return (
    <Card title="Log of the room">
      {lines.length === 0 ? (
        <Empty text="The room has logged nothing yet." />
      ) : (
        // Keyboards scroll what is longer than its place.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls
        <div class="room-log" role="region" aria-label="Lines, newest first" tabIndex={0}>
          <ol reversed>
            {lines.toReversed().map((line) => (
              <li key={line.number}>
                <time dateTime={new Date(line.atMs).toISOString()}>
                  {new Date(line.atMs).toLocaleTimeString()}
                </time>{' '}
                <Badge text={line.level} tone={TONES[line.level]} /> {line.message}{' '}
                <code class="soft">{line.fields}</code>
              </li>
            ))}
          </ol>
        </div>
      )}
    </Card>
  )
}
