/** Tables of friends, groups, parties, chat, notifications and state versions, for kysely. */
import type { ColumnType, Generated } from 'kysely'

import type { JsonText } from './json-text.ts'

type Json = ColumnType<unknown, JsonText, JsonText>

/** Two users, the smaller id first: one has asked the other, or they are friends. */
export interface FriendLinkRow {
  readonly lo: string
  readonly hi: string
  readonly asked_by: string
  readonly state: 'asked' | 'friends'
  readonly created_at: Date
  readonly accepted_at: Date | null
}

export interface BlockRow {
  readonly user_id: string
  readonly blocked_id: string
  readonly created_at: Date
}

export interface GroupRow {
  readonly id: string
  readonly name: string
  readonly name_key: string
  readonly is_open: boolean
  readonly created_at: Date
}

export interface GroupMemberRow {
  readonly group_id: string
  readonly user_id: string
  readonly role: 'owner' | 'officer' | 'member'
  readonly joined_at: Date
}

export interface GroupInviteRow {
  readonly group_id: string
  readonly user_id: string
  readonly invited_by: string
  readonly created_at: Date
}

export interface PartyRow {
  readonly id: string
  readonly created_at: Date
}

/** One party per user at a time: the user is the key. */
export interface PartyMemberRow {
  readonly user_id: string
  readonly party_id: string
  readonly is_leader: boolean
  readonly joined_at: Date
}

export interface PartyInviteRow {
  readonly party_id: string
  readonly user_id: string
  readonly invited_by: string
  readonly expires_at: Date
}

export interface ChannelRow {
  readonly id: string
  readonly kind: 'global' | 'region' | 'match' | 'team' | 'squad' | 'party' | 'group' | 'direct'
  /** What the channel belongs to; unique within its kind. */
  readonly subject: string
  readonly last_seq: Generated<bigint>
  readonly created_at: Date
  readonly closed_at: Date | null
  /** Who began a direct one as a stranger. */
  readonly opened_by: string | null
}

/** Membership and read mark; in open channels a mark alone. */
export interface ChannelMemberRow {
  readonly channel_id: string
  readonly user_id: string
  readonly is_member: boolean
  readonly read_seq: bigint
  readonly joined_at: Date
}

export interface MessageRow {
  readonly channel_id: string
  readonly seq: bigint
  readonly author_id: string | null
  /** As others see it, words masked. */
  readonly text: string
  /** As it was written, where that differs; for moderators. */
  readonly original: string | null
  readonly created_at: Date
  readonly edited_at: Date | null
  readonly deleted_at: Date | null
}

export interface ReportRow {
  readonly id: string
  readonly reporter_id: string | null
  readonly accused_id: string | null
  readonly channel_id: string
  readonly seq: bigint
  readonly reason: string
  readonly note: string
  readonly evidence: Json
  readonly state: Generated<'open' | 'claimed' | 'settled'>
  readonly created_at: Date
  readonly claimed_by: Generated<string | null>
  readonly claimed_at: Generated<Date | null>
  readonly verdict: Generated<'upheld' | 'dismissed' | null>
  readonly settled_note: Generated<string>
  readonly settled_by: Generated<string | null>
  readonly settled_at: Generated<Date | null>
}

/** A word of the filter, beside those of the lists that ship. */
export interface WordRow {
  readonly rule: 'anywhere' | 'prefix' | 'whole' | 'allow'
  readonly word: string
  readonly added_by: string | null
  readonly created_at: Date
}

export interface StateVersionRow {
  readonly user_id: string
  readonly version: bigint
}

export interface NotificationCounterRow {
  readonly user_id: string
  readonly last_seq: bigint
}

export interface NotificationRow {
  readonly user_id: string
  readonly seq: bigint
  readonly cause: string
  readonly kind: string
  readonly body: Json
  readonly created_at: Date
  readonly read_at: Date | null
}

export interface MailRow {
  readonly id: string
  readonly user_id: string
  readonly cause: string
  readonly template: string
  readonly state: 'queued' | 'sent' | 'refused'
  readonly created_at: Date
  readonly settled_at: Date | null
}

/** A kind of mail that a user does not want. */
export interface MailOptOutRow {
  readonly user_id: string
  readonly kind: string
  readonly created_at: Date
}

export interface SocialTables {
  'chat.channel_members': ChannelMemberRow
  'chat.channels': ChannelRow
  'chat.messages': MessageRow
  'chat.reports': ReportRow
  'chat.words': WordRow
  'notify.counters': NotificationCounterRow
  'notify.mail_opt_outs': MailOptOutRow
  'notify.mails': MailRow
  'notify.notifications': NotificationRow
  'social.blocks': BlockRow
  'social.friend_links': FriendLinkRow
  'social.group_invites': GroupInviteRow
  'social.group_members': GroupMemberRow
  'social.groups': GroupRow
  'social.parties': PartyRow
  'social.party_invites': PartyInviteRow
  'social.party_members': PartyMemberRow
  'sync.state_versions': StateVersionRow
}
