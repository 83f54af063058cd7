/** The party: who is in it, who leads, invitations to answer, and friends who could come. */
import { el } from '../hud/dom.ts'
import { createActionButton } from './form.ts'
import type { PeopleContext, Sheet } from './people-context.ts'
import type { PartyInvite } from './people-desk.ts'
import { createGroup, createPlayerRow, present } from './row.ts'
import { redraw } from './tab-row.ts'

/** Members of a full party; the server's number. */
const PARTY_MAX = 5

export class PartySheet implements Sheet {
  readonly root = el('div', { class: 'sheet' })
  readonly #context: PeopleContext

  constructor(context: PeopleContext) {
    this.#context = context
  }

  update(): void {
    const { desk } = this.#context
    const now = Date.now()
    const invites = desk.invites.filter(({ expiresAt }) => Date.parse(expiresAt) > now)
    const members = desk.party?.memberIds ?? []
    redraw(
      this.root,
      present([
        createGroup(
          'Invitations',
          invites.map((invite) => this.#inviteRow(invite)),
        ),
        createGroup(
          `Your party · ${members.length} of ${PARTY_MAX}`,
          members.map((userId) => this.#memberRow(userId)),
        ),
        members.length === 0 ? createEmpty() : this.#partyButtons(members.length),
        members.length >= PARTY_MAX ? undefined : this.#friendGroup(members),
      ]),
    )
  }

  #inviteRow({ partyId, invitedBy }: PartyInvite): HTMLElement {
    const { actions } = this.#context
    return createPlayerRow(this.#context, {
      userId: invitedBy,
      about: 'invites you',
      actions: [
        { text: 'Join', isMain: true, run: () => actions.joinParty(partyId) },
        { text: 'Decline', run: () => actions.declineParty(partyId) },
      ],
    })
  }

  #memberRow(userId: string): HTMLElement {
    const { desk, actions } = this.#context
    const isLeader = desk.party?.leaderId === userId
    const isOwn = desk.me?.userId === userId
    const mayLead = desk.party?.leaderId === desk.me?.userId && !isOwn
    const friend = desk.friends.get(userId)
    const about = [isOwn ? 'you' : '', isLeader ? 'leads' : ''].filter((text) => text !== '')
    const row = createPlayerRow(this.#context, {
      userId,
      about: about.join(', '),
      isOnline: isOwn ? true : friend?.state === 'friends' ? friend.isOnline : undefined,
      hasMenu: !isOwn,
      actions: mayLead
        ? [
            { text: 'Make leader', run: () => actions.promote(userId) },
            { text: 'Remove', run: () => actions.removeFromParty(userId) },
          ]
        : [],
    })
    if (mayLead) row.classList.add('has-many')
    return row
  }

  #partyButtons(count: number): HTMLElement {
    const isLeader = this.#context.desk.party?.leaderId === this.#context.desk.me?.userId
    const row = el('div', { class: 'sheet-actions' })
    if (count > 1 && isLeader) row.append(this.#playButton())
    row.append(this.#leaveButton())
    if (count < 2) return row
    const text = isLeader
      ? 'Play together keeps a place in one team for each of you; all must be here.'
      : 'When the leader plays, you get a place in the same team.'
    return el('div', { class: 'group' }, row, el('p', { class: 'form-hint', text }))
  }

  #playButton(): HTMLElement {
    const { actions, host } = this.#context
    const play = createActionButton({
      class: 'primary-button',
      text: 'Play together',
      run: async () => host.game.enterBattle(await actions.takeParty(host.game.wish())),
      failed: (text) => this.#context.fail(text),
    })
    play.dataset['key'] = 'play'
    return play
  }

  #leaveButton(): HTMLElement {
    const { actions, desk } = this.#context
    const leave = createActionButton({
      class: 'ghost-button',
      text: 'Leave the party',
      run: () => actions.removeFromParty(desk.me?.userId ?? ''),
      failed: (text) => this.#context.fail(text),
    })
    leave.dataset['key'] = 'leave'
    return leave
  }

  #friendGroup(members: readonly string[]): HTMLElement | undefined {
    const { desk, actions } = this.#context
    const friends = [...desk.friends.values()].filter(
      ({ state, isOnline, userId }) =>
        state === 'friends' && isOnline === true && !members.includes(userId),
    )
    const rows = friends.map(({ userId }) =>
      createPlayerRow(this.#context, {
        userId,
        isOnline: true,
        hasMenu: false,
        actions: [{ text: 'Invite', run: () => actions.invite(userId) }],
      }),
    )
    return createGroup('Friends who are here', rows)
  }
}

function createEmpty(): HTMLElement {
  const text =
    'You are in no party. Invite a friend who is here: parties have a chat of their own and stay together.'
  return el('p', { class: 'empty', text })
}
