/**
 * Refuses a Node that is too old with one line, before any module that needs a newer one is loaded.
 * On Node 20 Colyseus cannot reconnect clients (`WebSocket is not defined`), so 22 is the floor.
 */

const NODE_MAJOR_MIN = 22

/** Ends the process with code 78 when `version` is below the floor. */
export function checkNodeVersion(version: string): void {
  if (isNodeSupported(version)) return
  process.stderr.write(
    `battalion: Node ${version} is too old, ${NODE_MAJOR_MIN} or newer is needed; ` +
      'use "npm start" or "npm run serve", which bring their own.\n',
  )
  process.exit(78)
}

/** True from Node 22 on. */
export function isNodeSupported(version: string): boolean {
  return Number.parseInt(version, 10) >= NODE_MAJOR_MIN
}
