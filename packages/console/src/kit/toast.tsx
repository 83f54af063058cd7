/** One line that tells what was done, for eyes and for screen readers, and goes by itself. */
import { useEffect, useState } from 'preact/hooks'

const SHOWN_MS = 6000

let show: ((text: string) => void) | undefined

/** Says it where the page has its place for that. */
export function say(text: string): void {
  show?.(text)
}

/** The place; once in the page. */
export function Toast() {
  const [text, setText] = useState('')
  useEffect(() => {
    show = setText
    return () => (show = undefined)
  }, [])
  useEffect(() => {
    const timer = setTimeout(() => setText(''), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <p class={`toast${text === '' ? '' : ' shown'}`} role="status">
      {text}
    </p>
  )
}
