/**
 * What a home room tells every client by state: what a line may be. It never changes while the room
 * lives; everything that happens comes as `feed` messages, each client its own.
 */
import { schema, t } from '@colyseus/schema'
import type { SchemaType } from '@colyseus/schema'

export const HomeState = schema(
  {
    region: t.string().default(''),
    /** Longest line (characters, bytes of UTF-8). */
    lineCharsMax: t.uint16().default(0),
    lineBytesMax: t.uint16().default(0),
  },
  'HomeState',
)
export type HomeState = SchemaType<typeof HomeState>
