/**
 * Groups: invitations, one's own groups, a new one; of one of them its members by rank, with what
 * one's own rank allows: inviting, ranks, handing over, removing, leaving, ending it.
 */
import { button, el } from '../hud/dom.ts'
import { createField, createForm, createSelect } from './form.ts'
import type { GroupInvite, GroupMember, GroupRole, OwnGroup } from './group-book.ts'
import type { PeopleContext, Sheet } from './people-context.ts'
import { problemText } from './problem-text.ts'
import { createGroup, createPlayerRow, present } from './row.ts'
import type { RowAction } from './row.ts'
import { createSureButton } from './sure-button.ts'
import { redraw } from './tab-row.ts'

const NAME_CHARS_MAX = 40
const RANKS: Readonly<Record<GroupRole, number>> = { owner: 2, officer: 1, member: 0 }
const RANK_TEXTS: Readonly<Record<GroupRole, string>> = {
  owner: 'owns it',
  officer: 'officer',
  member: 'member',
}
const DOORS = [
  ['open', 'Everybody'],
  ['closed', 'Who is invited'],
] as const

export class GroupsSheet implements Sheet {
  readonly root = el('div', { class: 'sheet' })
  readonly #context: PeopleContext
  readonly #list = el('div', { class: 'sheet' })
  readonly #found: HTMLElement

  constructor(context: PeopleContext) {
    this.#context = context
    this.#found = this.#createFoundForm()
  }

  opened(): void {
    const { desk, fail } = this.#context
    desk.groups.read().catch((error: unknown) => fail(problemText(error)))
  }

  update(): void {
    const { groups } = this.#context.desk
    const { open } = groups
    if (open !== undefined) return redraw(this.root, this.#createOne(open))
    redraw(
      this.#list,
      present([
        createGroup(
          'Invitations',
          groups.invites.map((invite) => this.#inviteRow(invite)),
        ),
        createGroup(
          'Your groups',
          groups.groups.map((group) => this.#groupRow(group)),
        ),
        groups.groups.length + groups.invites.length === 0 ? createEmpty() : undefined,
      ]),
    )
    // The form is not drawn anew under the hands that fill it.
    if (this.#found.parentElement !== this.root) redraw(this.root, [this.#list, this.#found])
  }

  #inviteRow({ id, name, invitedBy }: GroupInvite): HTMLElement {
    const { actions } = this.#context
    return createPlayerRow(this.#context, {
      userId: invitedBy,
      about: `invites you to ${name}`,
      actions: [
        { text: 'Join', isMain: true, run: () => actions.joinGroup(id) },
        { text: 'Decline', run: () => actions.declineGroup(id) },
      ],
    })
  }

  #groupRow({ id, name, role, isOpen }: OwnGroup): HTMLElement {
    const about = `${RANK_TEXTS[role]}, ${isOpen ? 'open' : 'by invitation'}`
    const entry = button(
      { class: 'entry', onClick: () => this.#look(id) },
      el('span', { class: 'row-words' }, el('b', { text: name }), el('small', { text: about })),
      el('span', { class: 'entry-arrow', text: '›', attributes: { 'aria-hidden': 'true' } }),
    )
    entry.dataset['key'] = id
    return el('li', {}, entry)
  }

  #look(groupId: string | undefined): void {
    const { desk, fail } = this.#context
    desk.groups.look(groupId).catch((error: unknown) => fail(problemText(error)))
  }

  #createFoundForm(): HTMLElement {
    const name = createField({ name: 'group', label: 'Name', maxLength: NAME_CHARS_MAX })
    const door = createSelect({
      name: 'door',
      label: 'Who may join',
      value: 'open',
      choices: DOORS,
    })
    const form = createForm({
      fields: [name, door],
      submit: 'Found it',
      send: async () => {
        const wanted = name.input.value.trim()
        await this.#context.actions.foundGroup(wanted, door.input.value === 'open')
        name.input.value = ''
        return `${wanted} is founded. It has a chat of its own.`
      },
    })
    return el('section', { class: 'group' }, el('h3', { text: 'A new group' }), form)
  }

  #createOne(group: OwnGroup): HTMLElement[] {
    const { members } = this.#context.desk.groups
    const back = button({
      class: 'link-button back',
      text: '‹ All groups',
      onClick: () => this.#look(undefined),
    })
    back.dataset['key'] = 'back'
    const sorted = members.toSorted((one, other) => RANKS[other.role] - RANKS[one.role])
    const rows = sorted.map((member) => this.#memberRow(group, member))
    return present([
      back,
      el('h3', { class: 'page-title', text: group.name }),
      members.length === 0
        ? el('p', { class: 'empty', text: 'Reading…' })
        : createGroup(`Members · ${members.length}`, rows),
      this.#inviteGroup(group),
      this.#createExits(group),
    ])
  }

  #memberRow(group: OwnGroup, { userId, role }: GroupMember): HTMLElement {
    const { desk } = this.#context
    const isOwn = userId === desk.me?.userId
    const row = createPlayerRow(this.#context, {
      userId,
      about: isOwn ? `you, ${RANK_TEXTS[role]}` : RANK_TEXTS[role],
      hasMenu: !isOwn,
      actions: isOwn ? [] : this.#rankActions(group, { userId, role }),
    })
    row.classList.add('has-many')
    if (!isOwn && group.role === 'owner') row.append(this.#handOver(group, userId))
    return row
  }

  #rankActions(
    { id, role: ownRole }: OwnGroup,
    { userId, role }: Pick<GroupMember, 'userId' | 'role'>,
  ): RowAction[] {
    const { actions } = this.#context
    const other = role === 'officer' ? 'member' : 'officer'
    const made: RowAction[] = []
    if (ownRole === 'owner') {
      const run = () => actions.setGroupRole(id, userId, other)
      made.push({ text: `Make ${other}`, run })
    }
    if (RANKS[ownRole] > RANKS[role]) {
      made.push({ text: 'Remove', run: () => actions.removeFromGroup(id, userId) })
    }
    return made
  }

  #handOver({ id }: OwnGroup, userId: string): HTMLElement {
    const { actions, desk, fail } = this.#context
    const name = desk.names.nameOf(userId)
    const made = createSureButton({
      text: 'Hand over',
      label: `Hand over: ${name}`,
      question: `Really give it to ${name}?`,
      run: () => actions.setGroupRole(id, userId, 'owner'),
      failed: fail,
    })
    made.dataset['key'] = `${userId} owner`
    return made
  }

  #inviteGroup({ id, role }: OwnGroup): HTMLElement | undefined {
    const { desk, actions, say } = this.#context
    if (role === 'member') return undefined
    const known = new Set(desk.groups.members.map(({ userId }) => userId))
    const friends = [...desk.friends.values()].filter(
      ({ state, userId }) => state === 'friends' && !known.has(userId),
    )
    const rows = friends.map(({ userId, name }) =>
      createPlayerRow(this.#context, {
        userId,
        hasMenu: false,
        actions: [
          {
            text: 'Invite',
            run: async () => {
              await actions.inviteToGroup(id, userId)
              say('Invited', name)
            },
          },
        ],
      }),
    )
    return createGroup('Friends to invite', rows)
  }

  #createExits({ id, role, name }: OwnGroup): HTMLElement {
    const { desk, actions, fail } = this.#context
    const isOwner = role === 'owner'
    const exit = createSureButton({
      class: isOwner ? 'danger-button' : 'ghost-button',
      text: isOwner ? 'End the group' : 'Leave the group',
      question: isOwner ? `Really end ${name}, for everybody?` : `Really leave ${name}?`,
      run: () =>
        isOwner ? actions.endGroup(id) : actions.removeFromGroup(id, desk.me?.userId ?? ''),
      failed: fail,
    })
    exit.dataset['key'] = 'exit'
    const row = el('div', { class: 'sheet-actions' }, exit)
    if (!isOwner) return row
    const text = 'Who owns a group hands it over before leaving.'
    return el('div', { class: 'group' }, row, el('p', { class: 'form-hint', text }))
  }
}

function createEmpty(): HTMLElement {
  const text =
    'You are in no group. A group has a chat of its own and lasts: for a clan, a class, a team.'
  return el('p', { class: 'empty', text })
}
