/**
 * What players are told when a battle changes its overload step: codes are stable, sentences are
 * for people. Room state says the same in figures.
 */
import type { ServerMessages } from '@battalion/wire/messages.ts'
import { OverloadStep } from './overload-ladder.ts'

/** When a friend who wants to join may try again (s). */
export const CLOSED_RETRY_AFTER_SEC = 10

type Notice = ServerMessages['notice']

/** One notice per step. */
export const OVERLOAD_NOTICES: Readonly<Record<OverloadStep, Notice>> = {
  [OverloadStep.none]: {
    code: 'overload_over',
    message: 'The server keeps up again; everything is back to normal.',
  },
  [OverloadStep.farSlower]: {
    code: 'overload_far_slower',
    message: 'The server is busy: distant team mates are shown less often.',
  },
  [OverloadStep.fewerSnapshots]: {
    code: 'overload_fewer_snapshots',
    message: 'The server is busy: two updates of three are sent.',
  },
  [OverloadStep.halfRate]: {
    code: 'overload_half_rate',
    message: 'The server is very busy: updates come half as often.',
  },
  [OverloadStep.slowTime]: {
    code: 'overload_slow_time',
    message: 'The server is very busy: time in the battle runs slower for everybody.',
  },
  [OverloadStep.closed]: {
    code: 'overload_closed',
    message: 'The server is overloaded: nobody new is let in until it has recovered.',
    retryAfterSec: CLOSED_RETRY_AFTER_SEC,
  },
}
