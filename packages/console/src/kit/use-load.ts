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

/** What was read for some keys. */
interface Reading<T> extends Omit<Loaded<T>, 'reload'> {
  readonly keys: readonly unknown[]
}

/** Calls `read` at first, when one of `keys` changes, and by `reload`; late answers are dropped. */
export function useLoad<T>(read: () => Promise<T>, keys: readonly unknown[]): Loaded<T> {
  const { onError } = useOperator()
  const [state, setState] = useState<Reading<T>>(() => blank(keys))
  const turn = useRef(0)
  const run = (isFresh: boolean) => {
    const mine = ++turn.current
    const show = (next: Pick<Loaded<T>, 'value' | 'error'>) => {
      if (mine === turn.current) setState({ ...next, isLoading: false, keys })
    }
    setState(({ value }) => ({ ...blank(keys), value: isFresh ? undefined : value }))
    read()
      .then((value) => show({ value, error: undefined }))
      .catch((error: unknown) => {
        onError(error)
        show({ value: undefined, error: textOf(error) })
      })
  }
  useEffect(() => {
    run(true)
    return () => void turn.current++
  }, keys)
  const reload = useCallback(() => run(false), keys)
  // Rows of the keys before never stand under the words of these.
  const isOfThese = keys.every((key, index) => Object.is(key, state.keys[index]))
  const { value, error, isLoading } = isOfThese ? state : blank<T>(keys)
  return { value, error, isLoading, reload }
}

function blank<T>(keys: readonly unknown[]): Reading<T> {
  return { value: undefined, error: undefined, isLoading: true, keys }
}
