/**
 * The button that makes a link to a battle: handed to the system's share sheet where there is one,
 * else copied, else shown to be copied by hand (pages over plain http have neither).
 */
import { button, el, setText } from '../hud/dom.ts'
import type { MatchShare } from './history-api.ts'

/** A button and a line that says what became of it. */
export function createShareButton(share: () => Promise<MatchShare>): HTMLElement {
  const say = el('output', { class: 'share-say' })
  const made = button({
    class: 'ghost-button',
    text: 'Share',
    onClick: () => {
      made.disabled = true
      void shareLink(share, say).finally(() => (made.disabled = false))
    },
  })
  return el('div', { class: 'share' }, made, say)
}

async function shareLink(share: () => Promise<MatchShare>, say: HTMLElement): Promise<void> {
  try {
    const { url } = await share()
    if (await handOver(url)) {
      setText(say, 'The link is copied: anybody who has it sees this battle of yours.')
      return
    }
    say.replaceChildren(el('a', { text: url, attributes: { href: url, target: '_blank' } }))
  } catch (error) {
    setText(say, error instanceof Error ? error.message : 'That did not work.')
  }
}

async function handOver(url: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(url)
    return true
  } catch {
    return false
  }
}
