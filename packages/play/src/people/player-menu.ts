/** What can be done about a player, wherever his name stands. */
import type { MenuItem } from './menu.ts'
import type { PeopleContext } from './people-context.ts'
import { problemText } from './problem-text.ts'

/** The menu's items; none for oneself and for nobody. */
export function createPlayerMenu(context: PeopleContext, userId: string): readonly MenuItem[] {
  const { desk, actions } = context
  if (userId === desk.me?.userId) return []
  const name = desk.names.nameOf(userId)
  const item = (
    text: string,
    run: () => Promise<unknown>,
    more: { readonly done?: string; readonly isDangerous?: boolean } = {},
  ): MenuItem => ({
    text,
    isDangerous: more.isDangerous === true,
    run: () => {
      run()
        .then(() => (more.done === undefined ? undefined : context.say(more.done, name)))
        .catch((error: unknown) => context.fail(problemText(error)))
    },
  })
  if (desk.blockedIds.has(userId)) {
    return [item('Unblock', () => actions.unblock(userId), { done: 'Unblocked' })]
  }
  const isMuted = context.isMuted(userId)
  const isInParty = desk.party?.memberIds.includes(userId) === true
  return [
    item('Write', () => context.writeTo(userId)),
    ...friendItems(context, userId, item),
    ...(isInParty
      ? []
      : [item('Invite to your party', () => actions.invite(userId), { done: 'Invited' })]),
    item(isMuted ? 'Unmute' : 'Mute in chat', async () => context.toggleMuted(userId)),
    item('Block', () => actions.block(userId), { done: 'Blocked', isDangerous: true }),
  ]
}

function friendItems(
  { desk, actions }: PeopleContext,
  userId: string,
  item: (
    text: string,
    run: () => Promise<unknown>,
    more?: { readonly done?: string; readonly isDangerous?: boolean },
  ) => MenuItem,
): readonly MenuItem[] {
  const state = desk.friends.get(userId)?.state
  if (state === 'asks') {
    return [item('Accept as friend', () => actions.accept(userId), { done: 'You are friends' })]
  }
  if (state === 'asked') return [item('Take the request back', () => actions.unfriend(userId))]
  if (state === 'friends') {
    return [item('End the friendship', () => actions.unfriend(userId), { isDangerous: true })]
  }
  return [item('Ask to be friends', () => actions.ask(userId), { done: 'Asked' })]
}
