/**
 * Light or dark: the system's wish until the player says otherwise, then remembered.
 */
import { DARK_PALETTE, LIGHT_PALETTE } from '../render/palette.ts'
import type { Palette } from '../render/palette.ts'
import type { SessionStore } from './session-store.ts'

export class Theme {
  readonly #store: SessionStore
  readonly #system = matchMedia('(prefers-color-scheme: dark)')
  readonly #changed: (palette: Palette) => void

  constructor(store: SessionStore, changed: (palette: Palette) => void) {
    this.#store = store
    this.#changed = changed
    this.#system.addEventListener('change', () => this.#apply())
    document.documentElement.dataset['theme'] = this.isDark ? 'dark' : 'light'
  }

  get isDark(): boolean {
    const chosen = this.#store.theme
    return chosen === '' ? this.#system.matches : chosen === 'dark'
  }

  get palette(): Palette {
    return this.isDark ? DARK_PALETTE : LIGHT_PALETTE
  }

  toggle(): void {
    this.choose(this.isDark ? 'light' : 'dark')
  }

  /** What was chosen; `system` until something is. */
  get chosen(): 'light' | 'dark' | 'system' {
    const { theme } = this.#store
    return theme === 'light' || theme === 'dark' ? theme : 'system'
  }

  choose(theme: 'light' | 'dark' | 'system'): void {
    this.#store.saveTheme(theme === 'system' ? '' : theme)
    this.#apply()
  }

  #apply(): void {
    document.documentElement.dataset['theme'] = this.isDark ? 'dark' : 'light'
    this.#changed(this.palette)
  }
}
