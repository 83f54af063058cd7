/** What the views of this part share. */
import type { AuthPage } from './auth-dialog.ts'
import type { MenuItem } from './menu.ts'
import type { PeopleActions } from './people-actions.ts'
import type { PeopleDesk } from './people-desk.ts'
import type { PeopleHost } from './people-host.ts'

/** The sheets of the panel. */
export type SheetId = 'friends' | 'party' | 'groups' | 'news' | 'account'

export interface PeopleContext {
  readonly host: PeopleHost
  readonly desk: PeopleDesk
  readonly actions: PeopleActions
  /** A short note; `text` may be a player's. */
  readonly say: (title: string, text?: string) => void
  /** That something was refused. */
  readonly fail: (text: string) => void
  readonly openAuth: (page: AuthPage) => void
  /** Opens the panel at a sheet. */
  readonly openSheet: (sheet: SheetId) => void
  /** Writes to a player: opens the chat at the direct channel. */
  readonly writeTo: (userId: string) => Promise<void>
  /** What can be done about a player. */
  readonly playerMenu: (userId: string) => readonly MenuItem[]
  readonly isMuted: (userId: string | null) => boolean
  readonly toggleMuted: (userId: string) => void
  /** Signed out here: by the player, or because his account is no more. */
  readonly signedOut: () => Promise<void>
}

/** A sheet of the panel. */
export interface Sheet {
  readonly root: HTMLElement
  /** Something changed, or the sheet is shown now. */
  update(): void
  /** It is shown from now on. */
  opened?(): void
}
