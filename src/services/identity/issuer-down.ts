/** The issuer did not answer, or answered that it cannot: its fault, not our question's. */
export class IssuerDownError extends Error {
  override readonly name = 'IssuerDownError'
}

/** True when such an error is the cause. */
export function isIssuerDown(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof IssuerDownError) return true
  }
  return false
}
