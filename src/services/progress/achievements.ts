/**
 * What people can achieve: milestones of deeds over all battles. A list, so that adding one is a
 * line; whoever already did so much has it after his next battle. Pure.
 */

/** Deeds that are counted over all battles. */
export const DEEDS = [
  'matches',
  'wins',
  'kills',
  'assists',
  'revives',
  'captures',
  'healed',
] as const
export type Deed = (typeof DEEDS)[number]

/** One achievement: so much of a deed. */
export interface Achievement {
  readonly id: string
  readonly name: string
  readonly deed: Deed
  readonly amount: number
}

/** All there are; ids are stable, they are kept. The list only grows: `earned` counts by it. */
export const ACHIEVEMENTS: readonly Achievement[] = [
  { id: 'first-battle', name: 'First battle', deed: 'matches', amount: 1 },
  { id: 'veteran', name: 'Veteran', deed: 'matches', amount: 100 },
  { id: 'first-victory', name: 'First victory', deed: 'wins', amount: 1 },
  { id: 'victor', name: 'Victor', deed: 'wins', amount: 50 },
  { id: 'marksman', name: 'Marksman', deed: 'kills', amount: 100 },
  { id: 'ace', name: 'Ace', deed: 'kills', amount: 1000 },
  { id: 'comrade', name: 'Comrade', deed: 'assists', amount: 100 },
  { id: 'lifesaver', name: 'Lifesaver', deed: 'revives', amount: 50 },
  { id: 'field-surgeon', name: 'Field surgeon', deed: 'healed', amount: 10_000 },
  { id: 'pathfinder', name: 'Pathfinder', deed: 'captures', amount: 25 },
]

/** Those that these sums are enough for. */
export function achieved(sums: Readonly<Record<Deed, number>>): Achievement[] {
  return ACHIEVEMENTS.filter(({ deed, amount }) => sums[deed] >= amount)
}
