/**
 * Words over the picture: what the connection does (stays until it is over) and short news (gone by
 * themselves).
 */
import { button, el, setShown } from './dom.ts'

/** News shown at once; at the limit the oldest goes. */
const NEWS_MAX = 4
const NEWS_MS = 4200

export interface BannerAction {
  readonly text: string
  readonly run: () => void
}

export class Banners {
  readonly connection = el('div', {
    class: 'banner panel',
    attributes: { role: 'alert', hidden: true },
  })
  readonly news = el('div', { class: 'news', attributes: { role: 'status' } })

  showConnection(message: string, action?: BannerAction): void {
    this.connection.replaceChildren(el('span', { text: message }))
    if (action === undefined) {
      this.connection.prepend(el('span', { class: 'spinner' }))
    } else {
      this.connection.append(
        button({ class: 'primary-button', text: action.text, onClick: action.run }),
      )
    }
    setShown(this.connection, true)
  }

  hideConnection(): void {
    setShown(this.connection, false)
  }

  say(text: string, colour?: string): void {
    const line = el('p', { class: 'news-line panel', text })
    if (colour !== undefined) line.style.setProperty('--colour', colour)
    this.news.append(line)
    while (this.news.childElementCount > NEWS_MAX) this.news.firstElementChild!.remove()
    setTimeout(() => line.remove(), NEWS_MS)
  }
}
