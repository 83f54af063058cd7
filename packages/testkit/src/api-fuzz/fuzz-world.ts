/**
 * The people of a fuzz run. A victim and his friend never ask for anything, so nothing of theirs
 * may be seen; residents have friends, groups, channels and battles and know all ids; operators may
 * see more, each by his permissions. What is private holds a mark, with who may read it.
 */
import { ALL_ROLES, MakingError } from './fuzz-kit.ts'
import type { FuzzAccount, FuzzKit } from './fuzz-kit.ts'
import type { FuzzPerson } from './fuzz-stage.ts'

/** Begins every mark, so that none is there by chance. */
const MARK = 'canary9f3b'
const VICTIM_ADDRESS = '192.0.2.77'
const RESIDENTS_COUNT = 6
const ADMINS_COUNT = 3
const LOW_ROLES = ['moderator', 'game-team', 'store-manager'] as const
/** Enough for everybody to be on boards. */
const MATCHES_COUNT = 6

/** A private text, whose it is, and which permission also opens it; nobody's without one. */
export interface Mark {
  readonly text: string
  readonly owners: ReadonlySet<string>
  readonly permission?: string
}

/** The people. */
export interface FuzzWorld {
  readonly marks: readonly Mark[]
  readonly residents: FuzzPerson[]
  readonly admins: FuzzPerson[]
  readonly staff: FuzzPerson[]
}

/** What this person may not read. */
export function forbiddenTo(who: FuzzPerson, marks: readonly Mark[]): string[] {
  return marks
    .filter(({ owners }) => !owners.has(who.userId))
    .filter(({ permission }) => permission === undefined || !who.permissions.has(permission))
    .map(({ text }) => text)
}

/** Signs everybody up and lets them live. */
export async function openFuzzWorld(kit: FuzzKit): Promise<FuzzWorld> {
  const marks: Mark[] = []
  const admins: FuzzPerson[] = []
  for (let count = 0; count < ADMINS_COUNT; count++) admins.push(await kit.operator(ALL_ROLES))
  const staff: FuzzPerson[] = []
  for (const role of LOW_ROLES) staff.push(await kit.operator([role]))
  await openVictim(kit, marks)
  const residents: FuzzAccount[] = []
  for (let index = 0; index < RESIDENTS_COUNT; index++) {
    residents.push(await openResident(kit, marks, index))
  }
  await befriend(kit, marks, residents)
  const ids = residents.map(({ userId }) => userId)
  for (let index = 0; index < MATCHES_COUNT; index++) {
    await kit.stage.finishMatch(kit.keep('matchId', `battle-${index}`), ids)
  }
  keepStandingIds(kit)
  return { marks, residents, admins, staff }
}

async function openVictim(kit: FuzzKit, marks: Mark[]): Promise<void> {
  const headers = { 'user-agent': `${MARK}-device-of-victim`, 'x-forwarded-for': VICTIM_ADDRESS }
  const email = `${MARK}-mail@example.org`
  const victim = await kit.account({ headers, name: 'Victim', email, password: `${MARK}-password` })
  const friend = await kit.guest()
  const [userId, friendId] = [kit.keep('userId', victim.userId), kit.keep('userId', friend.userId)]
  const name = `${MARK} group`
  const group = await kit.ask(victim, 'POST /v1/groups', { name, isOpen: false })
  const channel = await kit.ask(victim, 'POST /v1/channels', { userId: friendId })
  const lines = `/v1/channels/${kit.keep('channelId', channel['id'])}/messages`
  const secret = await kit.ask(victim, `POST ${lines}`, { text: `${MARK}-unreported line` })
  const line = await kit.ask(victim, `POST ${lines}`, { text: `${MARK}-reported line` })
  const report = { reason: 'other', note: `${MARK}-note` }
  await kit.ask(friend, `POST ${lines}/${String(line['seq'])}/reports`, report)
  await kit.ask(victim, 'POST /v1/friends', { userId: friendId })
  const party = await kit.ask(victim, 'POST /v1/parties/invites', { userId: friendId })
  const { items } = await kit.ask(victim, 'GET /v1/me/sessions')
  for (const { sessionId } of items as { sessionId: string }[]) kit.keep('sessionId', sessionId)
  kit.keep('groupId', group['id'])
  kit.keep('partyId', party['id'])
  kit.keep('reportId', await kit.stage.reportOf(userId))
  for (const seq of [secret['seq'], line['seq']]) kit.keep('seq', seq)
  const [own, both] = [new Set([userId]), new Set([userId, friendId])]
  const tokens = [victim.refreshToken, String(victim.headers['authorization']).slice(7)]
  marks.push(
    ...[...tokens, `${MARK}-password`].map((text) => ({ text, owners: new Set<string>() })),
    { text: email, owners: own, permission: 'players.private' },
    { text: `${MARK}-device-of-victim`, owners: own, permission: 'players.read' },
    { text: VICTIM_ADDRESS, owners: own, permission: 'players.private' },
    { text: name, owners: own, permission: 'reports.read' },
    // Reported evidence has the lines around it.
    { text: `${MARK}-unreported`, owners: both, permission: 'reports.read' },
    { text: `${MARK}-reported`, owners: both, permission: 'reports.read' },
    { text: `${MARK}-note`, owners: both, permission: 'reports.read' },
  )
}

async function openResident(kit: FuzzKit, marks: Mark[], index: number): Promise<FuzzAccount> {
  const device = `${MARK}-device-of-${index}`
  const address = `192.0.2.20${index}`
  const headers = { 'user-agent': device, 'x-forwarded-for': address }
  const email = `${MARK}-mail-of-${index}@example.org`
  const resident = await kit.account({ headers, name: `Resident ${index}`, email })
  kit.keep('userId', resident.userId)
  const owners = new Set([resident.userId])
  const group = await kit.ask(resident, 'POST /v1/groups', { name: `Band ${index}`, isOpen: true })
  kit.keep('groupId', group['id'])
  const permission = 'players.private'
  marks.push({ text: device, owners, permission: 'players.read' })
  for (const text of [email, address]) marks.push({ text, owners, permission })
  return resident
}

/** Each with the next: friends, a channel with a line that nobody reports; one of them blocked. */
async function befriend(kit: FuzzKit, marks: Mark[], people: readonly FuzzAccount[]) {
  for (const [index, one] of people.entries()) {
    const other = people[(index + 1) % people.length]!
    await kit.ask(one, 'POST /v1/friends', { userId: other.userId })
    await kit.ask(other, `PUT /v1/friends/${one.userId}`)
    const channel = await kit.ask(one, 'POST /v1/channels', { userId: other.userId })
    const channelId = kit.keep('channelId', channel['id'])
    const text = `${MARK}-line-of-${index}`
    const line = await kit.ask(one, `POST /v1/channels/${channelId}/messages`, { text })
    kit.keep('seq', line['seq'])
    const owners = new Set([one.userId, other.userId])
    marks.push({ text, owners, permission: 'reports.read' })
    await kit.ask(one, `PUT /v1/blocks/${(await kit.guest()).userId}`)
  }
}

function keepStandingIds(kit: FuzzKit): void {
  for (const board of ['global', 'season', 'mode:conquest', 'region:test', 'region:none']) {
    kit.keep('board', board)
  }
  for (const version of ['1', 'none', 'draft-1']) kit.keep('version', version)
  for (const providerId of ['local', 'none']) kit.keep('providerId', providerId)
  for (const scope of ['all']) kit.keep('scope', scope)
  for (const target of ['battlefield', 'home', 'none']) kit.keep('target', target)
  for (const id of ['1', '2', '999999']) {
    kit.keep('jobId', id)
    kit.keep('letterId', id)
  }
  const never = '00000000-0000-4000-8000-000000000000'
  for (const name of ['userId', 'groupId', 'channelId', 'webhookId', 'reportId', 'noticeId']) {
    kit.keep(name, never)
  }
}

/** Whoever lost his session is replaced: an operator at once, a resident by a guest. */
export async function replacePerson(kit: FuzzKit, world: FuzzWorld, who: FuzzPerson) {
  const admin = world.admins.indexOf(who)
  if (admin >= 0) world.admins[admin] = await kit.operator(ALL_ROLES)
  const staff = world.staff.indexOf(who)
  if (staff >= 0) world.staff[staff] = await kit.operator([LOW_ROLES[staff]!])
  const resident = world.residents.indexOf(who)
  if (resident < 0) return
  const account = who as Partial<FuzzAccount>
  world.residents[resident] = await signInAgain(kit, account).catch(async (error: unknown) => {
    if (!(error instanceof MakingError)) throw error
    return kit.account()
  })
}

async function signInAgain(kit: FuzzKit, who: Partial<FuzzAccount>): Promise<FuzzAccount> {
  const body = { login: who.name, password: who.password }
  const made = await kit.ask({ userId: '', headers: {}, permissions: new Set() }, LOGIN, body)
  const headers = { authorization: `Bearer ${String(made['accessToken'])}` }
  return { ...(who as FuzzAccount), headers }
}

const LOGIN = 'POST /v1/auth/login'
