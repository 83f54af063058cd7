/**
 * On the way to a provider and back: the flow's secret lies in this tab alone while the browser is
 * away, and what the provider sent back (`/#oidc=1&…`) is taken out of the address at once, so that
 * it is in no history, bookmark or picture of the screen.
 */

const KEY = 'battalion.oidc'
/** A provider's answer is short; what is longer is none. */
const ANSWER_CHARS_MAX = 8192

/** What is kept while the browser is away. */
export interface OidcFlow {
  readonly flow: string
  /** The provider, as players know it. */
  readonly label: string
}

/** What came back: an answer to finish with, or a provider that refused. */
export type OidcReturn =
  | (OidcFlow & { readonly code: string; readonly state: string; readonly iss?: string })
  | { readonly label: string; readonly refused: string }

/** Where it is kept; tests hand in another one. */
export type FlowStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

export function keepFlow(storage: FlowStorage, flow: OidcFlow): void {
  storage.setItem(KEY, JSON.stringify(flow))
}

/**
 * Reads what stands behind `#`; undefined when it is no answer of a provider. A flow is used once:
 * a link that somebody else made brings nothing, because its secret is not in this tab.
 */
export function readReturn(storage: FlowStorage, hash: string): OidcReturn | undefined {
  if (!hash.startsWith('#oidc=1') || hash.length > ANSWER_CHARS_MAX) return undefined
  const answer = new URLSearchParams(hash.slice(1))
  const kept = takeFlow(storage)
  if (kept === undefined) {
    return { label: 'the provider', refused: 'This browser did not ask for it. Try again.' }
  }
  const { label } = kept
  const [code, state, iss] = [answer.get('code'), answer.get('state'), answer.get('iss')]
  if (code === null || state === null) {
    const isOwnWish = answer.get('error') === 'access_denied'
    return { label, refused: isOwnWish ? 'You did not go through with it.' : 'It refused.' }
  }
  return { ...kept, code, state, ...(iss === null ? {} : { iss }) }
}

function takeFlow(storage: FlowStorage): OidcFlow | undefined {
  const text = storage.getItem(KEY)
  storage.removeItem(KEY)
  try {
    const kept = JSON.parse(text ?? '') as Partial<OidcFlow>
    if (typeof kept.flow !== 'string' || typeof kept.label !== 'string') return undefined
    return { flow: kept.flow, label: kept.label }
  } catch {
    return undefined
  }
}
