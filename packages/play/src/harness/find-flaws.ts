/** What axe says of a part of the page: violations of WCAG 2.1 A and AA. Tests only. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxePage {
  readonly axe: {
    run(at: object, options: object): Promise<{ violations: Violation[] }>
  }
}

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string }[]
}

/** The violations inside these selectors. */
export async function findFlaws(page: Page, selectors: readonly string[]): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate(
    async (include) => {
      const { axe } = globalThis as unknown as AxePage
      const { violations } = await axe.run(
        { include },
        { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] },
      )
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
    },
    selectors.map((selector) => [selector]),
  )
}
