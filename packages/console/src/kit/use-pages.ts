/** A list that comes page by page: what is there stays, `more` adds what follows. */
import { useRef, useState } from 'preact/hooks'

import { useOperator } from '../operator.tsx'
import { say } from './toast.tsx'
import { useLoad } from './use-load.ts'
import type { Loaded } from './use-load.ts'

/** A page as the API answers it. */
export interface ListPage<T> {
  readonly items: readonly T[]
  /** Null at the end. */
  readonly cursor: string | null
}

/** What a page of the console shows of it. */
export interface Pages<T> extends Loaded<readonly T[]> {
  /** Undefined at the end. */
  readonly more: (() => Promise<void>) | undefined
}

/** Reads the first page at first and when one of `keys` changes. */
export function usePages<T>(
  read: (cursor: string | undefined) => Promise<ListPage<T>>,
  keys: readonly unknown[],
): Pages<T> {
  const { onError } = useOperator()
  const [added, setAdded] = useState<readonly ListPage<T>[]>([])
  /** Pages of an older list are dropped when they come late. */
  const turn = useRef(0)
  const first = useLoad(async () => {
    turn.current++
    const page = await read(undefined)
    setAdded([])
    return page
  }, keys)
  const cursor = added.at(-1)?.cursor ?? (added.length > 0 ? null : first.value?.cursor)
  const more = async () => {
    const mine = turn.current
    try {
      const page = await read(cursor ?? undefined)
      if (mine === turn.current) setAdded((pages) => [...pages, page])
    } catch (error) {
      onError(error)
      say(error instanceof Error ? error.message : 'Something went wrong.')
    }
  }
  const value = first.value && [first.value, ...added].flatMap(({ items }) => items)
  return {
    ...first,
    value,
    more: value !== undefined && typeof cursor === 'string' ? more : undefined,
  }
}
