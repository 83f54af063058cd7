/**
 * What a home room says and takes (docs/chat.md), as types. Everything that happens comes as items
 * of a feed; what a client does not know it leaves alone.
 */

/** A channel as it is when the client comes. */
export interface HomeChannel {
  readonly id: string
  /** `global`, `region`, `match`, `team`, `squad`, `party`, `group`, `direct`. */
  readonly kind: string
  readonly subject: string
  readonly lastSeq: number
  readonly readSeq: number
  readonly unreadCount: number
}

/** A friend or a request: `friends`, `asked` (by you), `asks` (you), `none` (no more). */
export interface HomeFriend {
  readonly userId: string
  readonly name: string
  readonly state: string
  readonly isOnline?: boolean
}

/** The party; `leaderId` is null once it is no more, or not yours. */
export interface HomeParty {
  readonly id?: string
  readonly leaderId: string | null
  readonly memberIds: readonly string[]
}

/** A line; `text` is null once deleted. */
export interface HomeLine {
  readonly channelId: string
  readonly seq: number
  readonly authorId: string | null
  readonly text: string | null
  /** RFC 3339. */
  readonly createdAt: string
  readonly isEdited: boolean
}

/** The first message. */
export interface HomeWelcome {
  readonly channels: readonly HomeChannel[]
  readonly friends: readonly HomeFriend[]
  readonly party: HomeParty | null
  readonly unreadNotifications: number
  readonly stateVersion: number
}

/** Items of the feed that this client knows, by type. */
export interface HomeItems {
  line: HomeLine
  line_edited: HomeLine
  line_deleted: HomeLine
  channel: {
    readonly channelId: string
    readonly kind: string
    readonly subject: string
    readonly isMember: boolean
  }
  friend: HomeFriend
  presence: { readonly userId: string; readonly isOnline: boolean }
  block: { readonly userId: string; readonly isBlocked: boolean }
  party: HomeParty
  /** Of a group: who has which role now; null, none any more; both null, the group is gone. */
  group: {
    readonly groupId: string
    readonly userId: string | null
    readonly role: string | null
  }
  /** The leader takes the party into a battle, which keeps your place for so long. */
  party_battle: {
    readonly partyId: string
    readonly leaderId: string
    readonly roomId: string
    readonly expiresInSec: number
  }
  notification: { readonly seq: number; readonly kind: string }
  /** What concerns the whole server, such as maintenance. */
  notice: { readonly code: string; readonly message: string; readonly retryAfterSec?: number }
  mute: { readonly scope: string; readonly until: string | null }
  resync: object
}

/** Commands by type; each is answered once. */
export interface HomeCommands {
  say: { readonly channelId: string; readonly text: string }
  edit: { readonly channelId: string; readonly seq: number; readonly text: string }
  delete: { readonly channelId: string; readonly seq: number }
  read: { readonly channelId: string; readonly seq: number }
}

/** What becomes of a command. */
export type HomeAnswer =
  | { readonly ref: number; readonly ok: true; readonly seq: number }
  | {
      readonly ref: number
      readonly ok: false
      readonly code: string
      readonly message: string
      readonly retryAfterSec?: number
    }
