/** A row of tabs (WAI-ARIA): one is chosen, arrows move along, each may carry a count. */
import { button, el, setText } from '../hud/dom.ts'

export interface TabView {
  readonly id: string
  readonly text: string
  /** 0 shows none. */
  readonly count: number
  readonly kind?: string
}

const COUNT_SHOWN_MAX = 99

interface TabNode {
  readonly root: HTMLButtonElement
  readonly text: HTMLElement
  readonly count: HTMLElement
}

export class TabRow {
  readonly root: HTMLElement
  readonly #choose: (id: string) => void
  readonly #panelId: string
  readonly #nodes = new Map<string, TabNode>()

  constructor(options: {
    readonly label: string
    readonly panelId: string
    readonly choose: (id: string) => void
  }) {
    this.#choose = options.choose
    this.#panelId = options.panelId
    const attributes = { role: 'tablist', 'aria-label': options.label }
    this.root = el('div', { class: 'tab-row', attributes })
    this.root.addEventListener('keydown', (event) => this.#onKey(event))
  }

  update(tabs: readonly TabView[], chosenId: string): void {
    const ids = new Set(tabs.map(({ id }) => id))
    for (const [id, node] of this.#nodes) {
      if (ids.has(id)) continue
      node.root.remove()
      this.#nodes.delete(id)
    }
    for (const [index, tab] of tabs.entries()) {
      const node = this.#nodes.get(tab.id) ?? this.#create(tab)
      if (this.root.children[index] !== node.root) {
        this.root.insertBefore(node.root, this.root.children[index] ?? null)
      }
      this.#write(node, tab, tab.id === chosenId)
    }
  }

  /** Puts the keyboard onto the chosen tab. */
  focus(): void {
    this.root.querySelector<HTMLElement>('[aria-selected="true"]')?.focus()
  }

  #create(tab: TabView): TabNode {
    const text = el('span')
    const count = el('span', { class: 'count' })
    const root = button({ class: 'tab', onClick: () => this.#choose(tab.id) }, text, count)
    root.setAttribute('role', 'tab')
    root.id = `${this.#panelId}-tab-${tab.id}`
    root.setAttribute('aria-controls', this.#panelId)
    const node = { root, text, count }
    this.#nodes.set(tab.id, node)
    return node
  }

  #write(node: TabNode, tab: TabView, isChosen: boolean): void {
    setText(node.text, tab.text)
    const count = tab.count > COUNT_SHOWN_MAX ? `${COUNT_SHOWN_MAX}+` : String(tab.count)
    setText(node.count, tab.count === 0 ? '' : count)
    node.count.hidden = tab.count === 0
    if (tab.kind !== undefined) node.root.dataset['kind'] = tab.kind
    node.root.setAttribute('aria-selected', String(isChosen))
    node.root.tabIndex = isChosen ? 0 : -1
  }

  #onKey(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const nodes = [...this.root.children] as HTMLElement[]
    const at = nodes.indexOf(document.activeElement as HTMLElement)
    const next = nodes[(at + step + nodes.length) % nodes.length]
    next?.click()
    next?.focus()
  }
}

/** Redraws what lies in `root` and keeps the keyboard where it was, by `data-key`. */
export function redraw(root: HTMLElement, parts: readonly Node[]): void {
  const focused = root.contains(document.activeElement) ? document.activeElement : undefined
  const key = (focused as HTMLElement | undefined)?.dataset['key']
  root.replaceChildren(...parts)
  if (key === undefined) return
  root.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus()
}
