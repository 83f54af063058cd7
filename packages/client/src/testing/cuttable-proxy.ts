/**
 * A TCP proxy in front of a server whose connections a test cuts without a word, as a dead network
 * does. Tests only.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

export interface CuttableProxy {
  readonly url: string
  /** Destroys all connections; new ones are refused until `open` is true again. */
  cut(): void
  isOpen: boolean
}

/** A proxy in front of `targetUrl`. */
export async function startProxy(
  test: Pick<TestContext, 'after'>,
  targetUrl: string,
): Promise<CuttableProxy> {
  const { hostname, port } = new URL(targetUrl)
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    if (!proxy.isOpen) {
      near.destroy()
      return
    }
    const far = connect(Number(port), hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  test.after(() => {
    cut()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const proxy: CuttableProxy = { url, cut, isOpen: true }
  return proxy
}
