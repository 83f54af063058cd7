/** What a channel is called. */
import type { PeopleDesk } from './people-desk.ts'

const TEXTS: Readonly<Record<string, string>> = {
  global: 'Global',
  region: 'Region',
  match: 'Match',
  team: 'Team',
  squad: 'Squad',
  party: 'Party',
}

/** Its name; that of the other in a direct one. */
export function channelText(
  channel: { readonly kind: string; readonly subject: string },
  desk: Pick<PeopleDesk, 'names' | 'me' | 'groups'>,
): string {
  if (channel.kind === 'group') return desk.groups.nameOf(channel.subject) ?? 'Group'
  if (channel.kind !== 'direct') return TEXTS[channel.kind] ?? channel.kind
  const other = channel.subject.split(':').find((userId) => userId !== desk.me?.userId)
  return desk.names.nameOf(other ?? null)
}
