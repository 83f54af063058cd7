/**
 * From a token to a running BattleClient: finds a battle, takes the seat, waits for the welcome and
 * the first state, fetches the balance the room plays by. Throws AppError when refused.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { assert, assertDefined } from '@battalion/base/assert.ts'
import type { Balance } from '@battalion/sim/balance.ts'
import { compileMap, type CompiledMap } from '@battalion/sim/compiled-map.ts'
import type { JoinOptions } from '@battalion/wire/messages.ts'
import { PROTOCOL_VERSION } from '@battalion/wire/protocol-version.ts'
import { BattleClient, type BattleRules } from './battle-client.ts'
import { LinkConditioner } from './link-conditioner.ts'
import { type OpenedLink, openLink } from './open-link.ts'
import { fetchBalance } from './session.ts'

/** Commands per input frame: two halve the server's inbound frames at 50 ms cost for walking. */
export const COMMANDS_PER_FRAME_DEFAULT = 2

export interface JoinBattleOptions {
  /** `http://host:port` of the public port. */
  readonly baseUrl: string
  readonly accessToken: string
  readonly options?: JoinOptions
  /** 1..3, default 2. */
  readonly commandsPerFrame?: number
  /** Monotonic milliseconds, e.g. `() => performance.now()`. */
  readonly now: () => number
  /** A server's own bots show this key to pass limits meant for strangers. */
  readonly botKey?: string
  /** Joins this room and no other. */
  readonly roomId?: string
  readonly conditioner?: LinkConditioner
}

/** Joins a battle; resolves when the first state is there and the client may be updated. */
export async function joinBattle(join: JoinBattleOptions): Promise<BattleClient> {
  const commandsPerFrame = join.commandsPerFrame ?? COMMANDS_PER_FRAME_DEFAULT
  assert(commandsPerFrame >= 1 && commandsPerFrame <= 3, 'a frame holds 1 to 3 commands')
  const { link, welcome } = await openLink({
    baseUrl: join.baseUrl,
    accessToken: join.accessToken,
    botKey: join.botKey,
    roomId: join.roomId,
    options: { protocolVersion: PROTOCOL_VERSION, ...join.options },
    conditioner: join.conditioner ?? new LinkConditioner(),
    now: join.now,
  })
  try {
    if (welcome.protocolVersion !== PROTOCOL_VERSION) throw versionError(welcome.protocolVersion)
    const loadRules = (of: OpenedLink['welcome']) => loadBattleRules(join.baseUrl, of)
    const rules = await loadRules(welcome)
    return new BattleClient({ ...rules, link, welcome, now: join.now, commandsPerFrame, loadRules })
  } catch (error) {
    await link.leave()
    throw error
  }
}

async function loadBattleRules(
  baseUrl: string,
  welcome: OpenedLink['welcome'],
): Promise<BattleRules> {
  const balance = await fetchBalance(baseUrl, welcome.balanceVersion)
  return { balance, map: compileNamedMap(balance, welcome.map) }
}

const compiled = new WeakMap<Balance, Map<string, CompiledMap>>()

/** The map `id` of `balance`, compiled once and shared by all clients of this process. */
export function compileNamedMap(balance: Balance, id: string): CompiledMap {
  const byId = compiled.get(balance) ?? new Map<string, CompiledMap>()
  compiled.set(balance, byId)
  const known = byId.get(id)
  if (known !== undefined) return known
  const map = assertDefined(
    balance.maps.find((one) => one.id === id),
    'the room plays a map of its balance',
  )
  const made = compileMap(map)
  byId.set(id, made)
  return made
}

function versionError(theirs: number): AppError {
  return new AppError(
    'conflict',
    `The server speaks protocol ${theirs}, this client ${PROTOCOL_VERSION}: reload.`,
  )
}
