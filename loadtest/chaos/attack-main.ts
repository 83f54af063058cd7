/**
 * One attack in a process of its own: takes its task over IPC, attacks, hands back numbers, ends.
 * Less urgent than honest clients, who share its core and are measured. Never started by hand.
 */
import { endWithParent } from '../child-life.ts'
import { FAULTS } from './fault-list.ts'
import type { AttackReport, AttackScene } from './fault.ts'
import { giveWay } from './row-main.ts'

/** Which attack of which row, and how. */
export interface AttackTask extends AttackScene {
  readonly faultId: string
  readonly attack: string
}

/** Either the numbers or why there are none. */
export type AttackAnswer = { readonly report: AttackReport } | { readonly failed: string }

async function perform(task: AttackTask): Promise<AttackReport> {
  const attack = FAULTS.find(({ id }) => id === task.faultId)?.attacks?.[task.attack]
  if (attack === undefined) return { missing: 1 }
  return await attack(task)
}

function answer(message: AttackAnswer): void {
  process.send?.(message, () => process.exit(0))
}

process.once('message', (task) => {
  perform(task as AttackTask).then(
    (report) => answer({ report }),
    (error: unknown) => answer({ failed: error instanceof Error ? error.message : String(error) }),
  )
})
giveWay()
endWithParent(() => Promise.resolve())
