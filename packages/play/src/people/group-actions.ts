/** What a player does with groups; each reads what became true. */
import type { GroupRole } from './group-book.ts'
import type { PeopleDesk } from './people-desk.ts'

const one = (groupId: string) => ({ params: { path: { groupId } } })
const member = (groupId: string, userId: string) => ({ params: { path: { groupId, userId } } })

/** Bound to one desk. */
export function groupActions({ api, groups }: PeopleDesk) {
  const then = async <T>(done: Promise<T>): Promise<T> => {
    const answer = await done
    await groups.read()
    return answer
  }
  return {
    foundGroup: (name: string, isOpen: boolean) =>
      then(api.post('/v1/groups', { body: { name, isOpen } })),
    joinGroup: (groupId: string) => then(api.post('/v1/groups/{groupId}/members', one(groupId))),
    declineGroup: (groupId: string) =>
      then(api.delete('/v1/groups/{groupId}/invites', one(groupId))),
    endGroup: (groupId: string) => then(api.delete('/v1/groups/{groupId}', one(groupId))),
    /** Leaves when it is oneself. */
    removeFromGroup: (groupId: string, userId: string) =>
      then(api.delete('/v1/groups/{groupId}/members/{userId}', member(groupId, userId))),
    /** `owner` hands the group over. */
    setGroupRole: (groupId: string, userId: string, role: GroupRole) =>
      then(
        api.patch('/v1/groups/{groupId}/members/{userId}', {
          ...member(groupId, userId),
          body: { role },
        }),
      ),
    inviteToGroup: (groupId: string, userId: string) =>
      api.post('/v1/groups/{groupId}/invites', { ...one(groupId), body: { userId } }),
  }
}
