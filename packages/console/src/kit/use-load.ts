/** What a page shows comes by a call: loading, there, or failed, and again on demand. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'

import { textOf } from '../console-api.ts'
import { useOperator } from '../operator.tsx'

/** A value on its way. What was there stays while it is read again. */
export interface Loaded<T> {
  readonly value: T | undefined
  readonly error: string | undefined
  readonly isLoading: boolean
  readonly reload: () => void
}

/** Calls `read` at first, when one of `keys` changes, and by `reload`; late answers are dropped. */
export function useLoad<T>(read: () => Promise<T>, keys: readonly unknown[]): Loaded<T> {
  const { onError } = useOperator()
  const [state, setState] = useState<Omit<Loaded<T>, 'reload'>>({
    value: undefined,
    error: undefined,
    isLoading: true,
  })
  const turn = useRef(0)
  const run = (isFresh: boolean) => {
    const mine = ++turn.current
    const show = (next: Omit<Loaded<T>, 'reload'>) => {
      if (mine === turn.current) setState(next)
    }
    setState(({ value }) => ({
      value: isFresh ? undefined : value,
      error: undefined,
      isLoading: true,
    }))
    read()
      .then((value) => show({ value, error: undefined, isLoading: false }))
      .catch((error: unknown) => {
        onError(error)
        show({ value: undefined, error: textOf(error), isLoading: false })
      })
  }
  useEffect(() => {
    run(true)
    return () => void turn.current++
  }, keys)
  const reload = useCallback(() => run(false), keys)
  return { ...state, reload }
}
