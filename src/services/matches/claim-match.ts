/**
 * Who may write the result of a battle: a fencing token that only grows. Who takes a battle over
 * gets a higher fence, and from then on what the former holder reports is refused, however late it
 * comes. A battle that nobody claimed is written with fence 1.
 */
import type { Trx } from '../../db/database.ts'

/** A battle and who takes it. */
export interface MatchClaim {
  readonly matchId: string
  /** The process. */
  readonly holder: string
  readonly nowMs: number
}

/** Fence of a battle that nobody claimed. */
export const UNCLAIMED_FENCE = 1

/** Takes a battle over; the fence that its holder reports with. */
export async function claimMatch(trx: Trx, claim: MatchClaim): Promise<number> {
  const { matchId, holder, nowMs } = claim
  const claimed_at = new Date(nowMs)
  const { fence } = await trx
    .insertInto('matches.claims')
    .values({ match_id: matchId, holder, fence: BigInt(UNCLAIMED_FENCE), claimed_at })
    .onConflict((conflict) =>
      conflict.column('match_id').doUpdateSet((eb) => ({
        holder,
        claimed_at,
        fence: eb('matches.claims.fence', '+', 1n),
      })),
    )
    .returning('fence')
    .executeTakeFirstOrThrow()
  return Number(fence)
}
