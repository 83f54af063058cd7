/** Turns joins away while staff work on the game; staff themselves look how it goes. */

/** What the gate asks of maintenance. */
export interface MaintenancePorts {
  /** Throws `maintenance` while nobody new may join. */
  readonly refuse: () => void
  /** Staff may join all the same. */
  readonly mayPass: (userId: string) => Promise<boolean>
}

/** Throws for who may not join now; nothing to ask where the game is always open. */
export async function refuseInMaintenance(
  userId: string,
  maintenance: MaintenancePorts | undefined,
): Promise<void> {
  if (maintenance === undefined) return
  try {
    maintenance.refuse()
  } catch (refusal) {
    if (!(await maintenance.mayPass(userId))) throw refusal
  }
}
