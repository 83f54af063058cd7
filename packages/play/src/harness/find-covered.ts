/** What lies over the battle and covers something else that does. Tests only. */
import type { Page } from 'playwright-core'

/** Chat, panel, the call of a party, notes and the buttons at the top. */
const OVERLAYS = ['.chat-panel', '.people', '.party-call', '.toast', '.tools']

/** Pairs of them that share a part of the window. */
export function findCovered(page: Page): Promise<string[]> {
  return page.evaluate(findCoveredInPage, OVERLAYS)
}

/** Runs in the page. */
async function findCoveredInPage(kinds: readonly string[]): Promise<string[]> {
  const all = kinds.flatMap((kind) =>
    [...document.querySelectorAll(kind)].map((element) => ({ kind, element })),
  )
  // What slides in is beside its place until it has arrived.
  const moving = all.flatMap(({ element }) => element.getAnimations())
  await Promise.all(moving.map(({ finished }) => finished))
  const boxes = all
    .map(({ kind, element }) => ({ kind, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0)
  const covered: string[] = []
  for (const [index, { kind, box }] of boxes.entries()) {
    for (const { kind: otherKind, box: other } of boxes.slice(index + 1)) {
      const isBeside = box.right <= other.left || other.right <= box.left
      const isAbove = box.bottom <= other.top || other.bottom <= box.top
      if (!isBeside && !isAbove) covered.push(`${kind} and ${otherKind}`)
    }
  }
  return covered
}
