/**
 * `globalThis.battalionDebug`: what tests, benches and screenshots read of the running page. Read
 * only, but for the camera and a cut of the connection.
 */
import type { SessionKeeper } from '../session/session-keeper.ts'
import type { App } from './app.ts'

export interface DebugHandle {
  readonly mode: string
  readonly scriptMsP50: number
  readonly scriptMsP95: number
  readonly frameCount: number
  readonly drawCalls: number
  readonly soldiersDrawn: number
  readonly soldiersKnown: number
  readonly own: object | undefined
  readonly phase: string | undefined
  readonly soldierCount: number
  readonly camera: { x: number; z: number; zoom: number } | undefined
  resetStats(): void
}

/** Puts the handle onto the page. */
export function exposeDebugHandle(app: App, session?: SessionKeeper): void {
  const handle: DebugHandle & { readonly app: App; readonly session: unknown } = {
    app,
    session,
    get mode() {
      return app.mode
    },
    get scriptMsP50() {
      return app.loop?.script.percentile(0.5) ?? 0
    },
    get scriptMsP95() {
      return app.loop?.script.percentile(0.95) ?? 0
    },
    get frameCount() {
      return app.loop?.script.count ?? 0
    },
    get drawCalls() {
      return app.view?.drawCalls.count ?? 0
    },
    get soldiersDrawn() {
      return app.view?.soldiers.drawnCount ?? 0
    },
    get soldiersKnown() {
      return app.source?.soldiers.count ?? 0
    },
    get own() {
      return app.source === undefined ? undefined : { ...app.source.own }
    },
    get phase() {
      return app.source?.state.phase
    },
    get soldierCount() {
      return app.source?.state.roster.size ?? 0
    },
    get camera() {
      return app.view?.camera
    },
    resetStats() {
      app.loop?.script.clear()
      app.loop?.interval.clear()
    },
  }
  Object.assign(globalThis, { battalionDebug: handle })
}
