/**
 * The cheats of the fairness experiment, one per arm, and the honest arm they are measured against.
 * Data: how a player's connection is, what he claims to see, how he sends. Times in ticks of 50 ms.
 */

/** Way of snapshots to a player and of commands back, and how often a command is a tick late. */
export interface LinkDelays {
  readonly downTicks: number
  readonly upTicks: number
  readonly lateShare: number
}

/** What the stamp of a shot claims: what is on the screen, the best of the past, or the future. */
export type StampHabit = 'honest' | 'late' | 'early'
/** How commands leave: one a tick, held back in fights, sent again, or all the gate takes. */
export type SendHabit = 'honest' | 'switch' | 'replay' | 'flood'

export interface FairnessArm {
  readonly id: string
  /** What the marked players do, in a line. */
  readonly what: string
  readonly link: LinkDelays
  /** The same of everybody else. */
  readonly othersLink: LinkDelays
  readonly stamp: StampHabit
  readonly send: SendHabit
  /** Factor on the damage of the marked players' weapons; other than 1 only to test the harness. */
  readonly damageRatio: number
}

/** About 80 ms round trip: what everybody but a lagging cheat has. */
export const HONEST_LINK: LinkDelays = { downTicks: 1, upTicks: 0, lateShare: 0.2 }
/** As good as none: the view is young, so the bound leaves the most room for false stamps. */
const NEAR_LINK: LinkDelays = { downTicks: 0, upTicks: 0, lateShare: 0 }

/** Nobody cheats: the control. */
export const HONEST_ARM: FairnessArm = {
  id: 'honest',
  what: 'nobody cheats',
  link: HONEST_LINK,
  othersLink: HONEST_LINK,
  stamp: 'honest',
  send: 'honest',
  damageRatio: 1,
}

export const FAIRNESS_ARMS: readonly FairnessArm[] = [
  lagArm(150, { downTicks: 2, upTicks: 1, lateShare: 0.2 }),
  lagArm(250, { downTicks: 3, upTicks: 2, lateShare: 0.2 }),
  lagArm(400, { downTicks: 4, upTicks: 4, lateShare: 0.2 }),
  {
    ...HONEST_ARM,
    id: 'lag-switch',
    what: 'holds inputs back for 300 to 1,000 ms as a fight begins, then sends them in a burst',
    send: 'switch',
  },
  {
    ...HONEST_ARM,
    id: 'replayed',
    what: 'sends every command again, old ones too, with their numbers and with new ones',
    send: 'replay',
  },
  {
    ...HONEST_ARM,
    id: 'early',
    what: 'stamps shots with the future and leads targets: judged without any delay',
    stamp: 'early',
  },
  {
    ...HONEST_ARM,
    id: 'late',
    what: 'claims to see targets where they were in the open, up to the bound of 250 ms',
    stamp: 'late',
  },
  {
    ...HONEST_ARM,
    id: 'late-near',
    what: 'the same, everybody next to the server: the most that a false stamp can reach back',
    link: NEAR_LINK,
    othersLink: NEAR_LINK,
    stamp: 'late',
  },
  {
    ...HONEST_ARM,
    id: 'impossible',
    what: '180 commands a second, fire and sprint in all, moves over the axis, broken frames',
    send: 'flood',
  },
  {
    ...HONEST_ARM,
    id: 'combined',
    what: 'floods, and picks the best of all stamps',
    stamp: 'late',
    send: 'flood',
  },
]

/** A cheat the server would really allow: the harness must see it. */
export const PLANTED_ARM: FairnessArm = {
  ...HONEST_ARM,
  id: 'planted',
  what: 'the server allows 20 % more damage',
  damageRatio: 1.2,
}

function lagArm(roundTripMs: number, link: LinkDelays): FairnessArm {
  const what = `${roundTripMs} ms round trip; leads targets by what the bound cuts off`
  return { ...HONEST_ARM, id: `lag-${roundTripMs}`, what, link }
}
