/** Which addresses a sign-in may come from and lead to: TLS, or this machine itself. */

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])
/** Schemes of installed apps have a dot: `com.example.game:` [RFC 8252, 7.1]. */
const APP_SCHEME = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/

/** `http:` on this machine, as developers and tests use. */
export function isLoopbackHttp(url: URL): boolean {
  return url.protocol === 'http:' && LOOPBACK_HOSTS.has(url.hostname)
}

/** An issuer is asked over TLS only, but for one on this machine. */
export function isIssuerAddress(text: string): boolean {
  const url = parse(text)
  if (url === undefined || url.search !== '' || url.hash !== '' || url.username !== '') return false
  return url.protocol === 'https:' || isLoopbackHttp(url)
}

/** Where a provider may send the user back to: written as it is compared, nothing behind it. */
export function isRedirectAddress(text: string): boolean {
  const url = parse(text)
  if (url === undefined || url.href !== text || url.search !== '' || url.hash !== '') return false
  return url.protocol === 'https:' || isLoopbackHttp(url) || APP_SCHEME.test(url.protocol)
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
