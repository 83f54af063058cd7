/** What a battle says of itself to the matchmaker: whether there is anything new to say. */
import type { BattleMetadata } from '../matchmaker/choose-battle.ts'

/** True when nothing changed that the matchmaker may know. */
export function isSameListing(one: BattleMetadata, other: BattleMetadata): boolean {
  return (Object.keys(one) as (keyof BattleMetadata)[]).every(
    (field) => one[field] === other[field],
  )
}
