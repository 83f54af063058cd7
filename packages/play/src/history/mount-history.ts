/**
 * Puts history onto the page: a tool that opens it, and a way from the result of a battle to its
 * details. Knows the HUD by its root alone.
 */
import '../style/history.css'

import { button, icon } from '../hud/dom.ts'
import { awaitRating } from './await-rating.ts'
import { createHistoryApi } from './history-api.ts'
import type { RatingExplained } from './history-api.ts'
import { HistoryDialog } from './history-dialog.ts'

const ICON = 'M12 7v5l3 2 M4 12a8 8 0 1 0 2.5-5.8 M3 4v4h4'

/** What the page gives. */
export interface HistoryHost {
  readonly root: HTMLElement
  /** A token that is good for a while. */
  readonly token: () => Promise<string>
  /** Keeps keys from the battle while the dialog is open. */
  readonly onDialog: (dialog: HTMLDialogElement) => void
}

/** What the page may ask of it. */
export interface MountedHistory {
  openMatch(matchId: string): void
  /** Of a battle that is just over; undefined when it was not known in time. */
  findRating(matchId: string): Promise<RatingExplained | undefined>
}

/** Puts it there. */
export function mountHistory(host: HistoryHost): MountedHistory {
  const api = createHistoryApi(host.token)
  const dialog = new HistoryDialog(api)
  host.onDialog(dialog.root)
  host.root.append(dialog.root)
  const open = () => void dialog.openList()
  const tool = button({ class: 'tool', label: 'Your battles', onClick: open }, icon(ICON))
  host.root.querySelector('.tools')?.prepend(tool)
  return {
    openMatch: (matchId) => void dialog.openMatch(matchId),
    findRating: (matchId) => awaitRating(api, matchId),
  }
}
