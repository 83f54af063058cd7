/**
 * Opening and closing an HTTP server, with operating system errors turned into the one line an
 * operator can act on.
 */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isIPv6 } from 'node:net'

import { ConfigError } from './config.ts'

/** Where to listen, and the options that say so. */
export interface BindOptions {
  readonly port: number
  /** Empty: every address. */
  readonly host: string
  readonly names: { readonly port: string; readonly host: string }
}

/** Listens and returns the address as a URL; throws {@link ConfigError} when it cannot. */
export function listen(server: Server, options: BindOptions): Promise<string> {
  const { port, host } = options
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => reject(toConfigError(error, options))
    server.once('error', onError)
    server.listen(host === '' ? { port } : { port, host }, () => {
      server.removeListener('error', onError)
      resolve(urlOf(server, host))
    })
  })
}

/** Stops accepting and cuts what is still open. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo
  const isEverywhere = host === '' || host === '::' || host === '0.0.0.0'
  const name = isEverywhere ? 'localhost' : host
  return `http://${isIPv6(name) ? `[${name}]` : name}:${port}`
}

function toConfigError(error: NodeJS.ErrnoException, options: BindOptions): unknown {
  const { port, host, names } = options
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConfigError(
        `${names.port}: port ${port} is taken by another program; ` +
          `stop it or choose another with ${names.port}=<number>.`,
      )
    case 'EACCES':
      return new ConfigError(
        `${names.port}: this user may not open port ${port}; choose 1024 or up.`,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ConfigError(`${names.host}: "${host}" is not an address of this machine.`)
    default:
      return error
  }
}
