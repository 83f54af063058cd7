/**
 * NUL in an address, which PostgreSQL keeps in no text: refused before a query can fail on it. In
 * bodies it is dropped as they are read.
 */
import { AppError } from '@battalion/base/app-error.ts'

/** Throws for an address, or a part of one, with a NUL in it; as it came, or decoded. */
export function refuseNul(address: string): void {
  if (address.includes('%00') || address.includes('\0')) {
    throw new AppError('invalid_request', 'An address has no NUL characters.')
  }
}
