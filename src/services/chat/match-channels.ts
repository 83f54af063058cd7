/**
 * Channels of battles: one per match, per team and per squad, opened when the first person comes,
 * closed when the next match begins or the room goes. A player is in the channels of where his
 * soldier is. Battle rooms call in here and never wait: what they say goes through a bounded queue,
 * one task after another. When it is full or the database is away, what was said is lost and
 * counted: those players have no battle channel until the next match.
 */
import { BoundedQueue } from '@battalion/base/bounded-queue.ts'

import type { Database, Db, Trx } from '../../db/database.ts'
import type { ChannelName } from './channel-queries.ts'
import { closeChannels, joinChannel, leaveChannel } from './channels.ts'
import type { ChannelPorts } from './chat-ports.ts'

/** Tasks that wait: everybody of four full battles coming at once. */
export const MATCH_TASKS_MAX = 4096
/** Channels closed in one transaction; a battle of a thousand has some 250 squads. */
const CLOSED_AT_ONCE_MAX = 32

/** What the channels stand on. */
export interface MatchChannelPorts extends ChannelPorts {
  readonly database: Database
  /** Bots of the process and users who are gone have no name and get no channel. */
  readonly findNames: (db: Db, userIds: readonly string[]) => Promise<ReadonlyMap<string, string>>
  readonly onLost: (error: unknown) => void
}

/** Where a soldier fights. */
interface Place {
  readonly team: number
  /** Within the team. */
  readonly squad: number
}

/** Somebody in a battle. */
export interface InMatch extends Place {
  readonly roomId: string
  readonly matchId: string
  readonly userId: string
}

interface RoomMatch {
  readonly matchId: string
  /** By user. */
  readonly places: Map<string, Place>
  /** Teams and squads somebody ever was in, by subject: all of them are closed with the match. */
  readonly opened: Map<string, ChannelName>
}

/** The battle channels of this process. */
export class MatchChannels {
  readonly #ports: MatchChannelPorts
  readonly #rooms = new Map<string, RoomMatch>()
  readonly #tasks = new BoundedQueue<(trx: Trx) => Promise<void>>(MATCH_TASKS_MAX)
  #running: Promise<void> | undefined

  constructor(ports: MatchChannelPorts) {
    this.#ports = ports
  }

  /** A player has a soldier in a match; in another match of the room the last one is over. */
  entered({ roomId, matchId, userId, team, squad }: InMatch): void {
    const match = this.#openMatch(roomId, matchId)
    const before = match.places.get(userId)
    if (before?.team === team && before.squad === squad) return
    const place = { team, squad }
    match.places.set(userId, place)
    const names = channelsOf(matchId, place)
    for (const name of names) match.opened.set(`${name.kind} ${name.subject}`, name)
    const left = before === undefined ? [] : channelsOf(matchId, before)
    this.#enqueue(async (trx) => {
      await this.#leave(trx, userId, without(left, names))
      await this.#join(trx, userId, names)
    })
  }

  /** A player left the battle for good. */
  left({ roomId, userId }: Pick<InMatch, 'roomId' | 'userId'>): void {
    const match = this.#rooms.get(roomId)
    const place = match?.places.get(userId)
    if (match === undefined || place === undefined) return
    match.places.delete(userId)
    this.#enqueue((trx) => this.#leave(trx, userId, channelsOf(match.matchId, place)))
  }

  /** The room's match is over, or the room is gone. */
  closed(roomId: string): void {
    const match = this.#rooms.get(roomId)
    if (match === undefined) return
    this.#rooms.delete(roomId)
    const names = Array.from(match.opened.values())
    for (let from = 0; from < names.length; from += CLOSED_AT_ONCE_MAX) {
      const some = names.slice(from, from + CLOSED_AT_ONCE_MAX)
      this.#enqueue((trx) => closeChannels(trx, this.#ports, some))
    }
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  #openMatch(roomId: string, matchId: string): RoomMatch {
    const known = this.#rooms.get(roomId)
    if (known?.matchId === matchId) return known
    this.closed(roomId)
    const match = { matchId, places: new Map(), opened: new Map() }
    this.#rooms.set(roomId, match)
    return match
  }

  #enqueue(task: (trx: Trx) => Promise<void>): void {
    if (!this.#tasks.push(task)) {
      this.#ports.onLost(undefined)
      return
    }
    this.#running ??= this.#run()
  }

  async #run(): Promise<void> {
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
      try {
        await this.#ports.database.transact(task)
      } catch (error) {
        this.#ports.onLost(error)
      }
    }
    this.#running = undefined
  }

  async #join(trx: Trx, userId: string, names: readonly ChannelName[]): Promise<void> {
    if (!(await this.#ports.findNames(trx, [userId])).has(userId)) return
    for (const name of names) await joinChannel(trx, this.#ports, { ...name, userIds: [userId] })
  }

  async #leave(trx: Trx, userId: string, names: readonly ChannelName[]): Promise<void> {
    for (const name of names) await leaveChannel(trx, this.#ports, { ...name, userIds: [userId] })
  }
}

/** Match, team and squad, in this order: locks are taken in it, too. */
function channelsOf(matchId: string, { team, squad }: Place): readonly ChannelName[] {
  return [
    { kind: 'match', subject: matchId },
    { kind: 'team', subject: `${matchId}:${team}` },
    { kind: 'squad', subject: `${matchId}:${team}:${squad}` },
  ]
}

function without(
  names: readonly ChannelName[],
  kept: readonly ChannelName[],
): readonly ChannelName[] {
  return names.filter(({ subject }) => !kept.some((one) => one.subject === subject))
}
