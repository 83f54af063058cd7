/**
 * Whose request this is: the socket's address, or, when the socket belongs to a configured proxy,
 * the rightmost X-Forwarded-For entry that is not a proxy itself (ASVS 4.1.3). Entries further left
 * are written by the client and never believed.
 */
import { BlockList, isIP, isIPv6 } from 'node:net'

/** Longest chain of proxies that is walked. */
const HOPS_MAX = 16

export type FindClientAddress = (
  remote: string | undefined,
  forwarded: string | undefined,
) => string

/** The rule for these proxies: addresses or ranges, which configuration has checked. */
export function createFindClientAddress(trustedProxies: readonly string[]): FindClientAddress {
  const isProxy = createIsProxy(trustedProxies)
  return (remote, forwarded) => {
    let address = plainAddress(remote ?? 'unknown')
    if (forwarded === undefined) return address
    const hops = forwarded.split(',').slice(-HOPS_MAX)
    while (isProxy(address)) {
      const hop = plainAddress(hops.pop()?.trim() ?? '')
      if (isIP(hop) === 0) break
      address = hop
    }
    return address
  }
}

/** True for the address of a trusted proxy. */
export function createIsProxy(trustedProxies: readonly string[]): (address: string) => boolean {
  const proxies = new BlockList()
  for (const proxy of trustedProxies) addProxy(proxies, proxy)
  return (given) => {
    const address = plainAddress(given)
    return isIP(address) !== 0 && proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  }
}

function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

function addProxy(proxies: BlockList, proxy: string): void {
  const [address = '', bits] = proxy.split('/')
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  if (bits === undefined) proxies.addAddress(address, family)
  else proxies.addSubnet(address, Number(bits), family)
}
