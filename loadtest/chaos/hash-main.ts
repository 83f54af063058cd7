/** One seeded battle in its own process; hands back its state hashes. Never started by hand. */
import { hashSimBattle } from '@battalion/testkit/hash-sim-battle.ts'
import { readShippedBalanceFiles } from '@battalion/testkit/load-shipped-balance.ts'
import type { SimWishes } from '@battalion/testkit/sim-plan.ts'

process.once('message', (wishes) => {
  process.send?.(hashSimBattle(readShippedBalanceFiles(), wishes as SimWishes), () =>
    process.exit(0),
  )
})
