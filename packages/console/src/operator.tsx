/** Who is signed in, for every page: the calls, what is permitted, where ended sessions go. */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'

import type { ApiClient } from '@battalion/client/api-client.ts'

import type { Session } from './console-api.ts'

/** What a page has of its operator. */
export interface Operator {
  readonly session: Session
  readonly api: ApiClient
  readonly may: (permission: string) => boolean
  /** Takes whatever a call threw: an ended session leads to the door. */
  readonly onError: (error: unknown) => void
}

export const OperatorContext = createContext<Operator | undefined>(undefined)

/** The operator of this page. */
export function useOperator(): Operator {
  const operator = useContext(OperatorContext)
  if (operator === undefined) throw new Error('A page stands outside of its operator.')
  return operator
}
