/**
 * What a bench says while it runs: progress for people, and what it had to leave out. The runner
 * listens over IPC; started alone, a bench says it to standard error.
 */

/** From a bench process to the runner. */
export type BenchWord =
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'skipped'; readonly text: string }
  | { readonly type: 'rows'; readonly rows: readonly object[] }

/** One line about what is going on. */
export function tellProgress(text: string): void {
  say({ type: 'progress', text })
}

/** Rows that are left out, and why; the runner counts them. */
export function tellSkipped(text: string): void {
  say({ type: 'skipped', text })
}

function say(word: BenchWord): void {
  if (process.send !== undefined) process.send(word)
  else if (word.type !== 'rows') process.stderr.write(`${word.text}\n`)
}
