/**
 * The running game as operators see it and act on it: live figures and their streams, rooms,
 * maintenance. Here the console meets rooms, which it may not import.
 */
import { toUserId } from '@battalion/base/ids.ts'
import type { ServerMessages } from '@battalion/wire/messages.ts'

import { LiveStreams } from './admin/live-streams.ts'
import type { Config } from './config.ts'
import { openLiveDesk } from './live-desk.ts'
import { BattleBook } from './open-battles.ts'
import type { AppDatabase } from './open-app-database.ts'
import type { AppSocial } from './open-social.ts'
import { MaintenanceMode } from './services/operations/maintenance-mode.ts'
import type { Maintenance } from './services/operations/maintenance-queries.ts'
import { checkMaySanction, imposeSanction } from './services/identity/sanctions.ts'
import { createRoomDesk } from './services/operations/room-desk.ts'
import type { RoomControl, WriteKick } from './services/operations/room-desk.ts'
import { findLiveConsoles } from './services/operators/console-sessions.ts'
import { systemClock, systemTimers } from './system-clock.ts'
import type { AppLogger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import { readProcessFigures } from './telemetry/process-figures.ts'
import type { ProcessLoad } from './telemetry/process-load.ts'
import { VERSION } from './version.ts'

const MAINTENANCE = 'maintenance'
const MAINTENANCE_OVER: ServerMessages['notice'] = {
  code: 'maintenance_over',
  message: 'Maintenance is over: battles are open again.',
}

/** What it stands on. */
export interface OperationsOptions {
  readonly config: Config
  readonly store: AppDatabase
  readonly logger: AppLogger
  readonly metrics: Metrics
  readonly load: ProcessLoad
  readonly social: AppSocial
  readonly isDraining: () => boolean
}

export type AppOperations = ReturnType<typeof openOperations>

/** Opens it; maintenance is known as soon as the database is there. */
export function openOperations(options: OperationsOptions) {
  const { config, store, logger, metrics, load, social, isDraining } = options
  const { database } = store
  const battles = new BattleBook()
  const { hub } = social.home
  const onError = (error: unknown) =>
    logger.warn({ event: 'maintenance.unread', err: error }, 'maintenance was not read')
  const maintenance = new MaintenanceMode({
    database,
    clock: systemClock,
    timers: systemTimers,
    onError,
    onChange(now) {
      const notice = noticeOf(maintenance) ?? MAINTENANCE_OVER
      logger.info({ event: 'maintenance', isOn: now.isOn, until: untilOf(now) }, notice.message)
      for (const battle of battles.all()) battle.announce(notice)
      hub.tellAll(['notice', notice])
    },
  })
  maintenance.start().catch(onError)
  const streams = new LiveStreams({
    clock: systemClock,
    timers: systemTimers,
    findLive: (hashes) => findLiveConsoles(database.db, hashes, systemClock.wallMs()),
  })
  const desk = openLiveDesk({
    battles,
    reader: readProcessFigures(metrics, load),
    version: VERSION,
    region: config.region,
    roomsMax: config.roomsMax,
    isDraining,
    database: () => store.health(),
    countHome: () => hub.count,
    onSample: () => streams.tick(),
  })
  return {
    battles,
    maintenance,
    /** For the routes of staff. */
    admin: {
      desk,
      streams,
      maintenance,
      rooms: createRoomDesk(database, control(battles, logger), writeKick),
    },
    standingNotice: () => noticeOf(maintenance),
    stop() {
      maintenance.stop()
      streams.stop()
      desk.stop()
    },
  }
}

function control(battles: BattleBook, logger: AppLogger): RoomControl {
  return {
    findMatch: (roomId) => battles.find(roomId)?.matchId,
    hasUser: (roomId, userId) => battles.find(roomId)?.hasUser(toUserId(userId)) === true,
    kick: (roomId, userId) => void battles.find(roomId)?.kick(toUserId(userId)),
    close(roomId, withinSec) {
      const deadlineMs = systemClock.monotonicMs() + withinSec * 1000
      const ending = battles.find(roomId)?.endBattle(deadlineMs)
      ending?.catch((error: unknown) => {
        logger.error({ event: 'room.close', room: roomId, err: error }, 'a room did not close')
      })
    },
  }
}

function noticeOf({ notice }: MaintenanceMode): ServerMessages['notice'] | undefined {
  return notice === undefined ? undefined : { code: MAINTENANCE, ...notice }
}

function untilOf({ untilMs }: Maintenance): string | undefined {
  return untilMs === null ? undefined : new Date(untilMs).toISOString()
}

/** A kick ends with its room: it has no end of its own in the history. */
const writeKick: WriteKick = async (trx, { roomId, userId, reason, by }) => {
  await checkMaySanction(trx, { by, userId })
  const kick = { userId, kind: 'kick', scope: roomId, reason, by } as const
  await imposeSanction(trx, kick, systemClock.wallMs())
}
