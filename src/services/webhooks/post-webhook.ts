/**
 * One call to the outside [G-11]: resolves the name once, checks every address it leads to,
 * connects to one of these and no other, sends, and takes the status of the answer. It follows no
 * redirect, reads no body, waits three seconds in all. Never throws: what went wrong is a word.
 */
import { lookup } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction, Socket } from 'node:net'
import { promisify } from 'node:util'

import { literalOf, mayConnect } from './target-address.ts'
import type { TargetRule } from './target-address.ts'

/** From the first look at the name to the status of the answer (ms). */
export const WEBHOOK_MS_MAX = 3000
/** Of the answer (bytes); more ends the call. */
const HEADER_BYTES_MAX = 8192

/** Every address of a name. */
export type ResolveName = (hostname: string) => Promise<readonly LookupAddress[]>

/** What went wrong where there is no status; the answer itself is never kept. */
export type CallFailure = 'closed_address' | 'unresolved' | 'timeout' | 'unreachable' | 'tls'

export type CallOutcome =
  | { readonly status: number }
  | { readonly status: undefined; readonly failure: CallFailure }

/** What is sent. */
export interface WebhookCall {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** How calls are made. */
export interface CallPorts {
  readonly rule: TargetRule
  readonly resolve: ResolveName
  readonly msMax?: number
}

/** By the system, as everything else on this machine. */
export const resolveBySystem: ResolveName = async (hostname) =>
  await promisify(lookup)(hostname, { all: true })

/** Sends; a redirect is a status like another. */
export async function postWebhook(call: WebhookCall, ports: CallPorts): Promise<CallOutcome> {
  const signal = AbortSignal.timeout(ports.msMax ?? WEBHOOK_MS_MAX)
  try {
    const literal = literalOf(call.url)
    if (literal !== undefined && !mayConnect(literal, ports.rule)) return failed('closed_address')
    return { status: await send(call, ports, signal) }
  } catch (error) {
    return failed(signal.aborted ? 'timeout' : nameFailure(error))
  }
}

/** Thrown inside a call, for {@link nameFailure}. */
class CallError extends Error {
  readonly failure: CallFailure

  constructor(failure: CallFailure) {
    super(failure)
    this.failure = failure
  }
}

function send(call: WebhookCall, ports: CallPorts, signal: AbortSignal): Promise<number> {
  const { url, headers, body } = call
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  const asked = request(url, {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    // A connection of its own: none is kept that was checked under another name.
    agent: false,
    lookup: createLookup(ports),
    maxHeaderSize: HEADER_BYTES_MAX,
    signal,
  })
  asked.on('socket', (socket) => refuseClosed(socket, ports.rule))
  asked.on('response', (answer) => {
    resolve(answer.statusCode ?? 0)
    answer.destroy()
  })
  asked.on('error', reject)
  // A `101` is neither: Node destroys the socket of an upgrade that nobody asked for, and says no
  // more than this. Without it the call would never end, nor the sender that waits for it.
  asked.on('close', () => reject(new CallError('unreachable')))
  asked.end(body)
  return promise
}

/** The second look, at what the socket really reached. */
function refuseClosed(socket: Socket, rule: TargetRule): void {
  socket.prependListener('connect', () => {
    const { remoteAddress = '' } = socket
    if (!mayConnect(remoteAddress, rule)) socket.destroy(new CallError('closed_address'))
  })
}

/** Node connects to nothing but what this answers; one closed address closes the name. */
function createLookup({ resolve, rule }: CallPorts): LookupFunction {
  return (hostname, options, callback) => {
    const answer = async () => {
      const addresses = await resolveOpen(hostname, { resolve, rule })
      if (options.all === true) callback(null, [...addresses])
      else callback(null, addresses[0]!.address, addresses[0]!.family)
    }
    // oxlint-disable-next-line promise/no-callback-in-promise -- Node hands us no promise
    answer().catch((error: unknown) => callback(error as NodeJS.ErrnoException, ''))
  }
}

async function resolveOpen(
  hostname: string,
  { resolve, rule }: CallPorts,
): Promise<readonly LookupAddress[]> {
  let addresses: readonly LookupAddress[]
  try {
    addresses = await resolve(hostname)
  } catch {
    throw new CallError('unresolved')
  }
  if (addresses.length === 0) throw new CallError('unresolved')
  const isOpen = addresses.every(({ address }) => mayConnect(address, rule))
  if (!isOpen) throw new CallError('closed_address')
  return addresses
}

/** Why the name of a target may not be saved; undefined when it may. */
export async function findTargetFault(
  url: URL,
  ports: CallPorts,
): Promise<CallFailure | undefined> {
  if (literalOf(url) !== undefined) return undefined
  try {
    await resolveOpen(url.hostname, ports)
    return undefined
  } catch (error) {
    return nameFailure(error)
  }
}

function failed(failure: CallFailure): CallOutcome {
  return { status: undefined, failure }
}

function nameFailure(error: unknown): CallFailure {
  if (error instanceof CallError) return error.failure
  const { code = '' } = error as NodeJS.ErrnoException
  return /CERT|TLS|SSL|SELF_SIGNED|ALTNAME|UNABLE_TO/.test(code) ? 'tls' : 'unreachable'
}
