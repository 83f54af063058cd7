/**
 * The few lines of DOM the HUD needs instead of a framework: make an element, and write only what
 * changed, so that a frame without news touches nothing.
 */

export interface ElementOptions {
  readonly class?: string
  readonly text?: string
  /** Attributes; `true` sets an empty one, `false` leaves it out. */
  readonly attributes?: Readonly<Record<string, string | boolean>>
  readonly onClick?: () => void
}

/** Makes an element with its children. */
export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  options: ElementOptions = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  if (options.class !== undefined) element.className = options.class
  if (options.text !== undefined) element.textContent = options.text
  for (const [key, value] of Object.entries(options.attributes ?? {})) {
    if (value !== false) element.setAttribute(key, value === true ? '' : value)
  }
  const { onClick } = options
  if (onClick !== undefined) element.addEventListener('click', () => onClick())
  element.append(...children)
  return element
}

/** A button with an accessible name. */
export function button(
  options: ElementOptions & { readonly label?: string },
  ...children: readonly (Node | string)[]
): HTMLButtonElement {
  const made = el('button', options, ...children)
  made.type = 'button'
  if (options.label !== undefined) {
    made.setAttribute('aria-label', options.label)
    made.title = options.label
  }
  return made
}

const SVG = 'http://www.w3.org/2000/svg'

/** An icon of stroked paths in a square of `size` units, centred on 0 when `isCentred`. */
export function icon(path: string, { size = 24, isCentred = false } = {}): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg')
  const from = isCentred ? -size / 2 : 0
  svg.setAttribute('viewBox', `${from} ${from} ${size} ${size}`)
  svg.setAttribute('aria-hidden', 'true')
  svg.setAttribute('class', 'icon')
  const shape = document.createElementNS(SVG, 'path')
  shape.setAttribute('d', path)
  shape.setAttribute('stroke-width', String(size / 12))
  svg.append(shape)
  return svg
}

/** Writes text only when it differs. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** Writes a CSS variable or property only when it differs. */
export function setStyle(element: HTMLElement, property: string, value: string): void {
  if (element.style.getPropertyValue(property) !== value) {
    element.style.setProperty(property, value)
  }
}

/** Shows or hides. */
export function setShown(element: HTMLElement, isShown: boolean): void {
  if (element.hidden === isShown) element.hidden = !isShown
}

/** Sets or clears a class. */
export function setClass(element: Element, name: string, isSet: boolean): void {
  if (element.classList.contains(name) !== isSet) element.classList.toggle(name, isSet)
}

/** Paths of the icons, 24 units square. */
export const ICONS = {
  score: 'M4 20V10 M10 20V4 M16 20v-8 M22 20H2',
  theme: 'M12 3a9 9 0 1 0 9 9a7 7 0 0 1-9-9Z',
  gauge: 'M4 18a9 9 0 1 1 16 0 M12 14l4-5',
  help: 'M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2 M12 18v.2',
  exit: 'M14 4H5v16h9 M10 12h11 M17 8l4 4-4 4',
  reload: 'M20 12a8 8 0 1 1-3-6 M20 3v5h-5',
  crouch: 'M12 4v10 M6 10l6 6 6-6 M5 20h14',
  heart: 'M12 20C4 14 3 10 4 7c2-4 7-3 8 1c1-4 6-5 8-1c1 3 0 7-8 13Z',
  shield: 'M12 3l8 3v6c0 5-4 8-8 9c-4-1-8-4-8-9V6Z',
  swap: 'M4 8h14 M14 4l4 4-4 4 M20 16H6 M10 12l-4 4 4 4',
  eye: 'M2 12c5-8 15-8 20 0c-5 8-15 8-20 0Z M12 10a2 2 0 1 0 .1 0',
} as const
