/** What the main thread and the results thread say to each other; everything survives a clone. */
import type { MatchReport, PackedMatch } from './pack-match.ts'
import type { QueueState } from './result-files.ts'

/** Work for the thread. */
export type ResultWork =
  | { readonly kind: 'keep'; readonly report: MatchReport }
  | { readonly kind: 'list' }
  | { readonly kind: 'load'; readonly name: string }
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'setAside'; readonly name: string }

/** What came of it. */
export type ResultAnswer =
  | { readonly kind: 'kept'; readonly name: string; readonly isBrief: boolean }
  | { readonly kind: 'full' }
  | { readonly kind: 'listed'; readonly names: string[] }
  | { readonly kind: 'loaded'; readonly packed: PackedMatch }
  | { readonly kind: 'corrupt'; readonly why: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly why: string }

export interface ResultRequest {
  readonly id: number
  readonly work: ResultWork
}

export interface ResultReply {
  readonly id: number
  readonly answer: ResultAnswer
  readonly state: QueueState
}
