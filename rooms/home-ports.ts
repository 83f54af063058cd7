/**
 * What home rooms need from outside: what a client finds when it comes, what becomes of what it
 * says, and the events it hears. `src/home-desk.ts` stands behind it; tests hand in a fake.
 */

/** A channel as a client finds it. */
export interface HomeChannel {
  readonly id: string
  readonly kind: string
  readonly subject: string
  readonly lastSeq: number
  readonly readSeq: number
  readonly unreadCount: number
}

/** A friend or a request. */
export interface HomeFriend {
  readonly userId: string
  readonly name: string
  readonly state: string
}

/** What a client finds when it comes. */
export interface HomeSnapshot {
  readonly channels: readonly HomeChannel[]
  readonly friends: readonly HomeFriend[]
  readonly blockedIds: readonly string[]
  /** Friends do not see the user online. */
  readonly isHidden: boolean
  /** Null when the user plays alone. */
  readonly party: unknown
  readonly unreadNotifications: number
  readonly stateVersion: number
}

/** A line as it is shown; `text` is null once deleted. */
export interface HomeLine {
  readonly channelId: string
  readonly seq: number
  readonly authorId: string | null
  readonly text: string | null
  readonly createdAt: string
  readonly isEdited: boolean
}

/** Something that happened, as every process hears it; at least once, in order per key. */
export type HomeEvent =
  | {
      readonly about: 'users'
      readonly userIds: readonly string[]
      readonly type: string
      readonly body: unknown
    }
  | { readonly about: 'line'; readonly type: string; readonly line: HomeLine }
  | {
      readonly about: 'members'
      readonly channelId: string
      readonly kind: string
      readonly subject: string
      readonly userIds: readonly string[]
      readonly isMember: boolean
    }

/** What a client asks for. */
export type HomeCommand =
  | { readonly type: 'say'; readonly channelId: string; readonly text: string }
  | {
      readonly type: 'edit'
      readonly channelId: string
      readonly seq: number
      readonly text: string
    }
  | { readonly type: 'delete'; readonly channelId: string; readonly seq: number }
  | { readonly type: 'read'; readonly channelId: string; readonly seq: number }

/** What became of it. */
export type HomeAnswer =
  | { readonly ok: true; readonly seq: number }
  | {
      readonly ok: false
      readonly code: string
      readonly message: string
      readonly retryAfterSec?: number
    }

/** The services behind home rooms. */
export interface HomeDesk {
  /** Throws AppError when it cannot be had. */
  load(userId: string): Promise<HomeSnapshot>
  /** Never rejects; bounded behind it, and full is an answer too. */
  carryOut(userId: string, command: HomeCommand): Promise<HomeAnswer>
}
