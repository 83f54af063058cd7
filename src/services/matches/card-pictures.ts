/**
 * Cards as PNG, which most sites ask for. The one file that touches resvg: it draws in a pool of
 * its own threads, a few at a time, and keeps the last pictures. Letters that DejaVu does not have
 * are drawn with the fonts of the machine, where it has some.
 */
import { createRequire } from 'node:module'

import { AppError } from '@battalion/base/app-error.ts'
import { renderAsync } from '@resvg/resvg-js'

/** Pictures kept (80 KB each); of more the oldest goes. */
export const PICTURES_MAX = 64
/** Pictures that may be wanted and not drawn yet; beyond, 503. */
export const DRAWINGS_MAX = 8
const RETRY_SEC = 2

const require = createRequire(import.meta.url)
const FONT_FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((name) =>
  require.resolve(`dejavu-fonts-ttf/ttf/${name}`),
)

/** Draws cards. */
export class CardPictures {
  readonly #pictures = new Map<string, Promise<Uint8Array>>()
  #drawing = 0

  /** The picture of an SVG, drawn once while it is remembered by `key`. */
  async draw(key: string, svg: () => string): Promise<Uint8Array> {
    const known = this.#pictures.get(key)
    if (known !== undefined) return known
    if (this.#drawing >= DRAWINGS_MAX) {
      const text = 'Too many pictures at once; try again in a moment.'
      throw new AppError('overloaded', text, { retryAfterSec: RETRY_SEC })
    }
    const picture = this.#render(svg())
    this.#pictures.set(key, picture)
    picture.catch(() => this.#pictures.delete(key))
    const [oldest] = this.#pictures.keys()
    if (this.#pictures.size > PICTURES_MAX && oldest !== undefined) this.#pictures.delete(oldest)
    return picture
  }

  async #render(svg: string): Promise<Uint8Array> {
    this.#drawing++
    try {
      const font = { fontFiles: FONT_FILES, defaultFontFamily: 'DejaVu Sans' }
      const picture = await renderAsync(svg, {
        font: { ...font, loadSystemFonts: hasForeign(svg) },
      })
      return picture.asPng()
    } finally {
      this.#drawing--
    }
  }
}

/** Looking through the machine's fonts takes a while: only for letters beyond Latin and Greek. */
function hasForeign(svg: string): boolean {
  return /[\u{600}-\u{10ffff}]/u.test(svg.replaceAll(/[·…]/gu, ''))
}
