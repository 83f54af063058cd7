/** The player's groups and invitations, and the members of the one that is looked at. */
import type { ApiClient } from '@battalion/client/api-client.ts'
import type { components } from '@battalion/client/api-types.ts'

import type { NameBook } from './name-book.ts'
import type { Signal } from './signal.ts'

type Schemas = components['schemas']
export type OwnGroup = Schemas['Groups']['groups'][number]
export type GroupInvite = Schemas['Groups']['invites'][number]
export type GroupMember = Schemas['GroupMembers']['members'][number]
export type GroupRole = GroupMember['role']

export class GroupBook {
  groups: readonly OwnGroup[] = []
  invites: readonly GroupInvite[] = []
  /** Of the group that is looked at; empty until they are read. */
  members: readonly GroupMember[] = []
  openId: string | undefined
  readonly #api: ApiClient
  readonly #names: NameBook
  readonly #changed: Signal

  constructor(ports: {
    readonly api: ApiClient
    readonly names: NameBook
    readonly changed: Signal
  }) {
    this.#api = ports.api
    this.#names = ports.names
    this.#changed = ports.changed
  }

  get open(): OwnGroup | undefined {
    return this.groups.find(({ id }) => id === this.openId)
  }

  nameOf(groupId: string): string | undefined {
    return this.groups.find(({ id }) => id === groupId)?.name
  }

  /** Reads all of it anew. */
  async read(): Promise<void> {
    const { groups, invites } = await this.#api.get('/v1/groups')
    this.groups = groups
    this.invites = invites
    for (const { invitedBy } of invites) this.#names.nameOf(invitedBy)
    const { open } = this
    if (open === undefined) {
      this.openId = undefined
      this.members = []
    } else await this.#readMembers(open.id)
    this.#changed.fire()
  }

  /** Looks at a group; undefined goes back to the list. */
  async look(groupId: string | undefined): Promise<void> {
    this.openId = groupId
    this.members = []
    this.#changed.fire()
    if (groupId === undefined) return
    await this.#readMembers(groupId)
    this.#changed.fire()
  }

  forget(): void {
    this.groups = []
    this.invites = []
    this.members = []
    this.openId = undefined
  }

  async #readMembers(groupId: string): Promise<void> {
    const path = { groupId }
    const { members } = await this.#api.get('/v1/groups/{groupId}/members', { params: { path } })
    if (this.openId !== groupId) return
    for (const { userId, name } of members) this.#names.learn(userId, name)
    this.members = members
  }
}
