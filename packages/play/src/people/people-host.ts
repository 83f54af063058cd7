/**
 * What the part with accounts, friends and chat gets from the page it is loaded into. It comes as a
 * file of its own after the first picture, so it takes what the page has by this, and shares no
 * module with it: an `instanceof` over the border would be false.
 */
import type { ApiClient } from '@battalion/client/api-client.ts'
import type { HomeLink } from '@battalion/client/home-link.ts'

import type { SessionKeeper } from '../session/session-keeper.ts'

/** The battle as this part needs it. */
export interface HostGame {
  readonly isPlaying: boolean
  /** Lets go of every key and button held. */
  releaseKeys(): void
  /** While the dialog is open, the keyboard is its. */
  blockWhileOpen(dialog: HTMLDialogElement): void
  /** Somebody else is signed in: the battle is watched as that user. */
  reenter(): Promise<void>
  /** Takes a seat in the battle that is watched. */
  openJoin(): void
  /** Takes the place that a battle keeps for the player; rejects with a sentence. */
  enterBattle(roomId: string): Promise<void>
  /** The battle that the page's address asks for. */
  wish(): { readonly mode?: string; readonly map?: string; readonly region?: string }
}

/** Looks of the page. */
export interface HostLook {
  readonly theme: 'light' | 'dark' | 'system'
  setTheme(theme: 'light' | 'dark' | 'system'): void
}

/** Texts kept between visits; nothing secret. */
export interface HostMemory {
  read(key: string): string | undefined
  write(key: string, text: string): void
}

export interface PeopleHost {
  /** The layer over the picture. */
  readonly hud: HTMLElement
  /** Buttons at the top. */
  readonly tools: HTMLElement
  readonly session: SessionKeeper
  /** The typed client of the API, with the tokens of `session`. */
  readonly api: ApiClient
  readonly openHome: () => Promise<HomeLink>
  readonly game: HostGame
  readonly look: HostLook
  readonly memory: HostMemory
}

/** What the page may ask of this part. */
export interface People {
  openChat(): void
  togglePanel(): void
  /** Closes what is open; false when nothing was. */
  close(): boolean
  /** Another user is signed in. */
  connect(): void
}
