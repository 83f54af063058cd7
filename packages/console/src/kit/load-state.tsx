/** The three faces of what is not there: on its way, failed, empty. */
import type { ComponentChildren } from 'preact'

import type { Loaded } from './use-load.ts'

/** Shows `children` of the value, or what stands in its place. */
export function Load<T>(props: {
  readonly of: Loaded<T>
  /** Heading of a page that has none of its own until the value is there. */
  readonly title?: string
  readonly children: (value: T) => ComponentChildren
}) {
  const { value, error, isLoading, reload } = props.of
  if (error === undefined && value !== undefined) return <>{props.children(value)}</>
  return (
    <>
      {props.title !== undefined && <h1>{props.title}</h1>}
      {error !== undefined && <Failed text={error} retry={reload} />}
      {error === undefined && isLoading && <Skeleton />}
    </>
  )
}

/** What went wrong, and another try. */
export function Failed({ text, retry }: { text: string; retry: () => void }) {
  return (
    <div class="notice error" role="alert">
      <p>{text}</p>
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  )
}

/** Nothing here, and why. */
export function Empty({ text }: { text: string }) {
  return (
    <p class="notice empty" role="status">
      {text}
    </p>
  )
}

/** Grey lines while a call is under way. */
export function Skeleton() {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      <span />
      <span />
      <span />
    </div>
  )
}
