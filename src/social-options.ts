/** Options of chat, home rooms, groups and parties: pace of lines, sizes, presence. */
import { whole } from './config-option.ts'

export const SOCIAL_OPTIONS = {
  chatLinesMax: whole(
    { fallback: 5, min: 1, max: 1000 },
    {
      env: 'CHAT_LINES_MAX',
      unit: 'lines',
      meaning: 'of one user in CHAT_WINDOW_MS, over all channels; one more and he is silent',
    },
  ),
  chatWindowMs: whole(
    { fallback: 5000, min: 100, max: 600_000 },
    { env: 'CHAT_WINDOW_MS', unit: 'ms', meaning: 'sliding window of CHAT_LINES_MAX' },
  ),
  chatMuteSec: whole(
    { fallback: 30, min: 1, max: 86_400 },
    { env: 'CHAT_MUTE_SEC', unit: 's', meaning: 'silence after one line too many' },
  ),
  homeClientsMax: whole(
    { fallback: 1000, min: 1, max: 10_000 },
    {
      env: 'HOME_CLIENTS_MAX',
      unit: 'clients',
      meaning: 'of one home room; more open another; ROOMS_MAX counts battles alone',
    },
  ),
  presenceGraceSec: whole(
    { fallback: 30, min: 0, max: 600 },
    {
      env: 'PRESENCE_GRACE_SEC',
      unit: 's',
      meaning: 'friends still see who has gone: a reloaded page does not flicker',
    },
  ),
  partyMembersMax: whole(
    { fallback: 5, min: 2, max: 16 },
    { env: 'PARTY_MEMBERS_MAX', unit: 'players', meaning: 'of one party; more are refused' },
  ),
  groupMembersMax: whole(
    { fallback: 200, min: 2, max: 1000 },
    { env: 'GROUP_MEMBERS_MAX', unit: 'players', meaning: 'of one group; more are refused' },
  ),
} as const
