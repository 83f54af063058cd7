/**
 * SYNC-1: whatever changes what a user's state shows moves its version, and nothing else is needed
 * to see the change. Seeded sequences of every mutation there is; after each, the state of everyone
 * is read and compared with what it was. The last test holds the list of mutations to the desks.
 */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'

import { AppError } from '@battalion/base/app-error.ts'
import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'

import { planSocialJobs, pruneSocial } from '../../prune-social.ts'
import { NO_TRAIL, openStateWorld } from '../../testing/state-world.ts'
import type { Seen, StateWorld } from '../../testing/state-world.ts'
import { keepIdentitySmall } from '../identity/keep-identity-small.ts'
import { endOldInvites, INVITE_OVER_JOB, PARTY_INVITE_MS_MAX } from '../social/parties.ts'

const DAY_MS = 86_400_000
const PEOPLE = 4
/** The embedded database takes several times as long, and every mutation has its turn on one. */
const STEPS = { postgres: 60, pglite: 30 }
/** Further steps for a mutation that chance left out. */
const MORE_STEPS = 15
const SEED = 4
const origin = { device: 'test', address: '192.0.2.1' }

/** What a mutation gets: two of the people, and chance. */
interface Turn {
  readonly world: StateWorld
  readonly me: string
  readonly other: string
  readonly pick: (count: number) => number
  readonly step: number
}

interface State {
  readonly friends: { userId: string; state: string; name: string }[]
  readonly groups: { id: string; role: string }[]
  readonly groupInvites: { id: string }[]
  readonly partyInvites: { partyId: string }[]
  readonly party: { id: string; leaderId: string; memberIds: string[] } | null
  readonly blocked: string[]
  readonly unreadNotifications: number
  readonly mailChoices: { kind: string; isOn: boolean }[]
  readonly rating: { ratings: { ratedCount: number }[] }
  readonly progress: { characters: { matches: number }[] }
}

/** What must be seen after it; the first is the actor's state, the second the other's. */
type Shows = (mine: State, theirs: State) => boolean

/** Each does one thing and says what is seen then; undefined where nothing is promised. */
type Mutation = (turn: Turn) => Promise<Shows | undefined>

const stateOf = async (world: StateWorld, userId: string) =>
  JSON.parse((await world.see(userId)).state) as State

const groupOf = async ({ world, me, pick }: Turn) => {
  const { groups } = await stateOf(world, me)
  return groups[pick(groups.length)]?.id ?? '00000000-0000-4000-8000-000000000000'
}

const matchesOf = (state: State) =>
  state.progress.characters.reduce((total, { matches }) => total + matches, 0)

const link = (mine: State, id: string) => mine.friends.find(({ userId }) => userId === id)?.state

/** By name of the desk's function, where it is one of a desk. */
const MUTATIONS: Readonly<Record<string, Mutation>> = {
  async ask({ world, me, other }) {
    await world.desk.ask({ userId: me, otherId: other })
    return (mine) => ['asked', 'friends'].includes(link(mine, other) ?? '')
  },
  async accept({ world, me, other }) {
    await world.desk.accept({ userId: me, otherId: other })
    return (mine, theirs) => link(mine, other) === 'friends' && link(theirs, me) === 'friends'
  },
  async unfriend({ world, me, other }) {
    await world.desk.unfriend({ userId: me, otherId: other })
    return (mine, theirs) => link(mine, other) === undefined && link(theirs, me) === undefined
  },
  async block({ world, me, other }) {
    await world.desk.block({ userId: me, otherId: other })
    return (mine) => mine.blocked.includes(other)
  },
  async unblock({ world, me, other }) {
    await world.desk.unblock({ userId: me, otherId: other })
    return (mine) => !mine.blocked.includes(other)
  },
  async foundGroup({ world, me, pick, step }) {
    const wish = { userId: me, name: `Group of ${step}`, isOpen: pick(2) === 0 }
    const { id } = await world.desk.foundGroup(wish)
    return (mine) => mine.groups.some((group) => group.id === id && group.role === 'owner')
  },
  async joinGroup({ world, me, other, pick }) {
    const invite = (await stateOf(world, me)).groupInvites[0]
    const { groups } = await stateOf(world, other)
    const groupId = invite?.id ?? groups[pick(groups.length)]?.id ?? me
    await world.desk.joinGroup({ userId: me, groupId })
    return (mine) => mine.groups.some(({ id }) => id === groupId)
  },
  async leaveGroup(turn) {
    const groupId = await groupOf(turn)
    await turn.world.desk.leaveGroup({ userId: turn.me, groupId })
    return (mine) => !mine.groups.some(({ id }) => id === groupId)
  },
  async kickFromGroup(turn) {
    const { world, me, other } = turn
    const groupId = await groupOf(turn)
    await world.desk.kickFromGroup({ userId: me, groupId, otherId: other })
    return (_, theirs) => !theirs.groups.some(({ id }) => id === groupId)
  },
  async setGroupRole(turn) {
    const { world, me, other, pick } = turn
    const groupId = await groupOf(turn)
    const role = (['owner', 'officer', 'member'] as const)[pick(3)]!
    await world.desk.setGroupRole({ userId: me, groupId, otherId: other, role })
    return (_, theirs) => theirs.groups.find(({ id }) => id === groupId)?.role === role
  },
  async inviteToGroup(turn) {
    const { world, me, other } = turn
    const groupId = await groupOf(turn)
    await world.desk.inviteToGroup({ userId: me, groupId, otherId: other })
    return (_, { groups, groupInvites }) =>
      [...groups, ...groupInvites].some(({ id }) => id === groupId)
  },
  async declineGroup({ world, me }) {
    const { groupInvites } = await stateOf(world, me)
    await world.desk.declineGroup({ userId: me, groupId: groupInvites[0]?.id ?? me })
    return (mine) => mine.groupInvites.length === Math.max(0, groupInvites.length - 1)
  },
  async disbandGroup(turn) {
    const groupId = await groupOf(turn)
    await turn.world.desk.disbandGroup({ userId: turn.me, groupId })
    return (mine) => !mine.groups.some(({ id }) => id === groupId)
  },
  async startParty({ world, me }) {
    const { id } = await world.desk.startParty(me)
    return (mine) => mine.party?.id === id && mine.party.leaderId === me
  },
  async inviteToParty({ world, me, other }) {
    const { id } = await world.desk.inviteToParty({ userId: me, otherId: other })
    return (mine, theirs) =>
      mine.party?.id === id &&
      (theirs.party?.id === id || theirs.partyInvites.some(({ partyId }) => partyId === id))
  },
  async joinParty({ world, me }) {
    const { partyInvites } = await stateOf(world, me)
    const partyId = partyInvites[0]?.partyId ?? me
    await world.desk.joinParty({ userId: me, partyId })
    return (mine) => mine.party?.id === partyId
  },
  async declineParty({ world, me }) {
    const { partyInvites } = await stateOf(world, me)
    await world.desk.declineParty({ userId: me, partyId: partyInvites[0]?.partyId ?? me })
    return (mine) => mine.partyInvites.length === Math.max(0, partyInvites.length - 1)
  },
  async leaveParty({ world, me }) {
    await world.desk.leaveParty(me)
    return (mine) => mine.party === null
  },
  async kickFromParty({ world, me, other }) {
    await world.desk.kickFromParty({ userId: me, otherId: other })
    return (_, theirs) => theirs.party === null
  },
  async promoteInParty({ world, me, other }) {
    await world.desk.promoteInParty({ userId: me, otherId: other })
    return (mine, theirs) => mine.party?.leaderId === other && theirs.party?.leaderId === other
  },
  async chooseMail({ world, me, pick }) {
    const choices = (await stateOf(world, me)).mailChoices
    const { kind, isOn } = choices[pick(choices.length)]!
    await world.desk.chooseMail({ userId: me, kind, isOn: !isOn })
    return (mine) => mine.mailChoices.some((one) => one.kind === kind && one.isOn !== isOn)
  },
  async readNotifications({ world, me }) {
    await world.desk.readNotifications({ userId: me, upTo: 1_000_000 })
    return (mine) => mine.unreadNotifications === 0
  },
  async tellUser({ world, me, step }) {
    const last = await stateOf(world, me)
    const notice = { noticeId: `notice ${step}`, text: 'Mind your words.', trail: NO_TRAIL }
    await world.moderation.tellUser({ userId: me, moderatorId: me, ...notice })
    return (mine) => mine.unreadNotifications === last.unreadNotifications + 1
  },
  async mute({ world, me, other, step }) {
    const last = await stateOf(world, other)
    const untilMs = world.clock.wallMs() + 1000 + step
    const mute = { scope: 'all', untilMs, reason: 'noise', trail: NO_TRAIL }
    await world.moderation.mute({ userId: other, moderatorId: me, ...mute })
    return (_, theirs) => theirs.unreadNotifications === last.unreadNotifications + 1
  },
  async editProfile({ world, me, other, step }) {
    const { friends } = await stateOf(world, other)
    const isLinked = friends.some(({ userId }) => userId === me)
    const name = `Renamed ${step}`
    await world.accounts.editProfile(me, { name })
    return (_, theirs) => !isLinked || theirs.friends.some((friend) => friend.name === name)
  },
  async upgrade({ world, me, other, step }) {
    const { friends } = await stateOf(world, other)
    const isLinked = friends.some(({ userId }) => userId === me)
    const form = { name: `Upgraded ${step}`, email: `u${step}@example.test`, origin }
    const password = 'a long enough phrase 7'
    await world.accounts.upgrade({ ...form, password, inviteCode: undefined, userId: me })
    return (_, theirs) => !isLinked || theirs.friends.some(({ name }) => name === form.name)
  },
  async playMatch({ world, me, other, step }) {
    const last = matchesOf(await stateOf(world, me))
    await world.playMatch(`match-${step}`, [me, other])
    return (mine) => matchesOf(mine) === last + 1
  },
  async erase({ world, me }) {
    const password = 'a long enough phrase 7'
    await world.accounts.erase({ userId: me, password, address: origin.address })
    return (_, theirs) => link(theirs, me) === undefined
  },
  async idleGuestGoes({ world, me }) {
    const users = world.database.db.updateTable('identity.users')
    const now = world.clock.wallMs()
    await users.set({ last_seen_at: new Date(now) }).execute()
    const longAgo = new Date(now - 31 * DAY_MS)
    await users.set({ last_seen_at: longAgo }).where('id', '=', me).execute()
    await keepIdentitySmall(world.database, now, world.parts)
    return undefined
  },
  async invitesRunOut({ world, me }) {
    world.clock.advance(PARTY_INVITE_MS_MAX)
    const over = { nowMs: world.clock.wallMs(), userId: me }
    await world.run((trx) => endOldInvites(trx, over))
    return (mine) => mine.partyInvites.length === 0
  },
  async prune({ world }) {
    world.clock.advance(91 * DAY_MS)
    await pruneSocial(world.database, world.clock.wallMs())
    return (mine) => mine.partyInvites.length === 0 && mine.unreadNotifications === 0
  },
}

/** What gives a mutation that chance left out something to change. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  joinGroup: ['unblock', 'foundGroup', 'inviteToGroup'],
  kickFromGroup: ['unblock', 'foundGroup', 'inviteToGroup', 'joinGroup'],
  setGroupRole: ['unblock', 'foundGroup', 'inviteToGroup', 'joinGroup'],
  disbandGroup: ['foundGroup'],
  joinParty: ['leaveParty', 'unblock', 'inviteToParty'],
  kickFromParty: ['leaveParty', 'unblock', 'inviteToParty', 'joinParty'],
  promoteInParty: ['leaveParty', 'unblock', 'inviteToParty', 'joinParty'],
  accept: ['unblock', 'ask'],
}

/** Rare, so that there is something to lose when they come. */
const RARE = new Set(['prune', 'erase', 'idleGuestGoes', 'upgrade', 'disbandGroup'])

describeDatabase('the version of a state', (engine) => {
  let world: StateWorld
  before(async () => void (world = await openStateWorld(engine)))
  after(() => world.close())

  it('SYNC-1 moves with every change and with nothing else', async () => {
    const play = new Sequence(world)
    for (let step = 0; step < STEPS[engine.name]; step++) await play.step(play.chooseName())
    if (engine.name === 'pglite') return
    for (const name of Object.keys(MUTATIONS)) {
      for (let more = 0; more < MORE_STEPS && !play.done.has(name); more++) {
        for (const need of NEEDS[name] ?? []) await play.step(need)
        await play.step(name)
      }
    }
    const never = Object.keys(MUTATIONS).filter((name) => !play.done.has(name))
    assert.deepEqual(never, [], 'mutations that never succeeded')
  })

  it('SYNC-1 time alone changes nothing: an invitation is there until its job ends it', async () => {
    const [host, guest] = (await world.users('host', 'guest')) as [string, string]
    await world.desk.inviteToParty({ userId: host, otherId: guest })
    const invited = await world.see(guest)
    world.clock.advance(PARTY_INVITE_MS_MAX)
    assert.deepEqual(await world.see(guest), invited)
    const job = await world.database.db
      .selectFrom('jobs.jobs')
      .selectAll()
      .where('kind', '=', INVITE_OVER_JOB)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    assert.equal(job.run_at.getTime(), world.clock.wallMs())
    const handler = planSocialJobs(world.database, world.clock).handlers[INVITE_OVER_JOB]!
    await handler(job as never)
    const over = await world.see(guest)
    assert.ok(over.version > invited.version)
    assert.deepEqual((JSON.parse(over.state) as State).partyInvites, [])
  })

  it('SYNC-1 every function of the desk is a mutation here or known to change nothing', () => {
    const reads = ['friends', 'blocked', 'groups', 'groupMembers', 'party', 'channels', 'lines']
    reads.push('mailChoices', 'readUnsubscribe', 'notificationsAfter', 'notificationsBefore')
    reads.push('stateVersion', 'state')
    // Told to connections alone.
    reads.push('ledParty', 'tellPartyBattle')
    // Chat is in channels, with counts of their own: the state does not show it.
    const chat = ['openDirect', 'say', 'edit', 'erase', 'readChannel', 'report']
    const known = new Set([...Object.keys(MUTATIONS), ...reads, ...chat])
    assert.deepEqual(
      Object.keys(world.desk).filter((name) => !known.has(name)),
      [],
    )
  })
})

/** One sequence: who there is, and what each of them saw last. */
class Sequence {
  readonly done = new Set<string>()
  readonly #world: StateWorld
  readonly #prng = createPrng(SEED)
  readonly #pick = (count: number) => (count === 0 ? 0 : nextBelow(this.#prng, count))
  #people: string[] = []
  #seen = new Map<string, Seen>()
  #made = 0
  #steps = 0

  constructor(world: StateWorld) {
    this.#world = world
  }

  chooseName(): string {
    const names = Object.keys(MUTATIONS)
    for (;;) {
      const name = names[this.#pick(names.length)]!
      if (!RARE.has(name) || this.#pick(4) === 0) return name
    }
  }

  async step(name: string): Promise<void> {
    const world = this.#world
    const people = this.#people
    while (people.length < PEOPLE) people.push(await world.user(`person ${this.#made++}`))
    const last = this.#seen
    for (const id of people) if (!last.has(id)) last.set(id, await world.see(id))
    const step = this.#steps++
    const label = `seed ${SEED}, step ${step}: ${name}`
    const { turn, shows } = await draw({ world, people, pick: this.#pick, step }, name)
    this.#people = await keepLiving(world, people)
    const now = new Map<string, Seen>()
    for (const id of this.#people) now.set(id, await world.see(id))
    this.#seen = now
    compare(last, now, { isDone: shows !== 'refused', label })
    if (shows === 'refused') return
    this.done.add(name)
    const [mine, theirs] = [turn.me, turn.other].map((id) =>
      JSON.parse(now.get(id)?.state ?? 'null'),
    )
    if (isShowable(name, [mine, theirs])) assert.ok(shows?.(mine, theirs) ?? true, label)
  }
}

/** Who is gone sees nothing; of who goes, the others do. */
function isShowable(name: string, [mine, theirs]: readonly unknown[]): boolean {
  return theirs !== null && (mine !== null || name === 'erase')
}

/** Tries every pair until the mutation is not refused; a refused one leaves nothing behind. */
async function draw(
  given: Pick<Turn, 'world' | 'pick' | 'step'> & { readonly people: readonly string[] },
  name: string,
): Promise<{ readonly turn: Turn; readonly shows: Shows | undefined | 'refused' }> {
  const { people, pick, ...rest } = given
  const pairs = people.flatMap((me) =>
    people.flatMap((other) => (other === me ? [] : [{ me, other, at: pick(1 << 16) }])),
  )
  let turn: Turn | undefined
  for (const { me, other } of pairs.toSorted((a, b) => a.at - b.at)) {
    turn = { ...rest, pick, me, other }
    try {
      return { turn, shows: await MUTATIONS[name]!(turn) }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
    }
  }
  return { turn: turn!, shows: 'refused' }
}

async function keepLiving(world: StateWorld, people: readonly string[]): Promise<string[]> {
  const living = await world.social.findNames(world.database.db, people)
  return people.filter((id) => living.has(id))
}

function compare(
  earlier: ReadonlyMap<string, Seen>,
  now: ReadonlyMap<string, Seen>,
  { isDone, label }: { readonly isDone: boolean; readonly label: string },
): void {
  for (const [id, seen] of now) {
    const last = earlier.get(id)!
    if (!isDone) assert.deepEqual(seen, last, `${label}: refused, and yet something changed`)
    assert.ok(seen.version >= last.version, `${label}: the version fell`)
    if (seen.version > last.version) continue
    assert.equal(seen.state, last.state, `${label}: changed under the same version`)
  }
}
