/**
 * Which addresses a webhook may reach [G-11]. A server that calls what operators type in is a way
 * into its own network, so only public unicast addresses are called: of IPv6 the assigned global
 * range without its tunnels, which carry IPv4 inside; of IPv4 all but the ranges of RFC 6890.
 * Checked for the address that is connected to, not for what the name meant a moment ago.
 */
import { BlockList, isIP } from 'node:net'

/** Ports that may be called; 25 and the like belong to other protocols. */
export const TARGET_PORTS: ReadonlySet<number> = new Set([443, 8443])
export const TARGET_URL_CHARS_MAX = 2000

/** `public` is for production; `any` lets tests and developers call their own machine, by http. */
export const TARGET_RULES = ['public', 'any'] as const
export type TargetRule = (typeof TARGET_RULES)[number]

const CLOSED_IPV4: readonly (readonly [address: string, bits: number])[] = [
  ['0.0.0.0', 8], // this network; 0.0.0.0 reaches this machine
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier's NAT; clouds put their metadata here, too
  ['127.0.0.0', 8], // this machine
  ['169.254.0.0', 16], // link-local, metadata of clouds
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
]
const CLOSED_IPV6: readonly (readonly [address: string, bits: number])[] = [
  ['2001::', 23], // protocol assignments, with Teredo
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4
  ['3fff::', 20], // documentation
]

const closed = new BlockList()
for (const [address, bits] of CLOSED_IPV4) closed.addSubnet(address, bits, 'ipv4')
for (const [address, bits] of CLOSED_IPV6) closed.addSubnet(address, bits, 'ipv6')
/** Everything else of IPv6 is local, mapped, translated (NAT64), multicast or not assigned. */
const globalIpv6 = new BlockList()
globalIpv6.addSubnet('2000::', 3, 'ipv6')

/** True for an address of the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !closed.check(address, 'ipv4')
  if (family !== 6 || address.includes('%')) return false
  return globalIpv6.check(address, 'ipv6') && !closed.check(address, 'ipv6')
}

/** True for an address that may be connected to under this rule. */
export function mayConnect(address: string, rule: TargetRule): boolean {
  return rule === 'any' ? isIP(address) !== 0 : isPublicAddress(address)
}

export type TargetOutcome =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly reason: string }

function refuse(reason: string): TargetOutcome {
  return { ok: false, reason }
}

/** The address an operator typed in, as far as it says by itself where it leads. */
export function readTarget(text: string, rule: TargetRule): TargetOutcome {
  if (text.length > TARGET_URL_CHARS_MAX || !URL.canParse(text)) return refuse('It is no URL.')
  const url = new URL(text)
  const isHttp = url.protocol === 'http:' && rule === 'any'
  if (url.protocol !== 'https:' && !isHttp) return refuse('It must begin with https://.')
  if (url.username !== '' || url.password !== '') return refuse('It must not hold a password.')
  if (url.hash !== '') return refuse('It must not have a part behind #.')
  if (rule === 'public' && !TARGET_PORTS.has(Number(url.port || 443))) {
    return refuse(`Its port must be one of ${[...TARGET_PORTS].join(', ')}.`)
  }
  const literal = literalOf(url)
  if (literal !== undefined && !mayConnect(literal, rule)) return refuse(CLOSED_TEXT)
  return { ok: true, url }
}

/** What is said of an address that is closed; it does not tell which one a name led to. */
export const CLOSED_TEXT = 'It does not lead to a public address.'

/** The address itself where the host is one; names come out of DNS. */
export function literalOf({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return isIP(bare) === 0 ? undefined : bare
}
