/**
 * One row of the catalogue in a process of its own, against a server that another process started
 * and whose honest crowd that one measures meanwhile. Never started by hand.
 */
import { setPriority } from 'node:os'

import { endWithParent } from '../child-life.ts'
import { ChaosLab } from './chaos-lab.ts'
import type { ServerAddress } from './chaos-processes.ts'
import { FAULTS } from './fault-list.ts'
import type { Figure } from './fault.ts'

/** Which row against which server. */
export interface RowTask {
  readonly faultId: string
  readonly isSmall: boolean
  readonly seed: number
  readonly server: ServerAddress
}

/** Either its figures or why there are none. */
export type RowAnswer = { readonly figures: readonly Figure[] } | { readonly failed: string }

/** `nice` of attackers: honest clients on the same core go first. */
export const ATTACKER_NICE = 4

async function perform({ faultId, isSmall, seed, server }: RowTask): Promise<RowAnswer> {
  const fault = FAULTS.find(({ id }) => id === faultId)
  if (fault === undefined) return { failed: 'there is no such row' }
  const lab = new ChaosLab({ isSmall, seed, say, given: server })
  try {
    return { figures: await fault.run(lab) }
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) }
  } finally {
    await lab.stop()
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Attackers give way to honest clients. */
export function giveWay(): void {
  try {
    setPriority(ATTACKER_NICE)
  } catch {
    // Where that is not allowed the attack is merely more of a burden.
  }
}

if (import.meta.main) {
  process.once('message', (task) => {
    void perform(task as RowTask).then((answer) => process.send?.(answer, () => process.exit(0)))
  })
  giveWay()
  endWithParent(() => Promise.resolve())
}
