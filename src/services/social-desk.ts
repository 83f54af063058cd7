/**
 * What HTTP calls of friends, groups, parties, chat and notifications: each use case in its own
 * transaction, on one database. Decides nothing; the use cases stand in their folders.
 */
import type { Database } from '../db/database.ts'
import { listChannels, markChannelRead } from './chat/channels.ts'
import { findDirect, openDirect } from './chat/direct-channels.ts'
import type { ChatPorts } from './chat/chat-ports.ts'
import { deleteLine, editLine, readLines, sendLine } from './chat/lines.ts'
import type { Saying } from './chat/lines.ts'
import { reportLine } from './chat/reports.ts'
import type { NewReport } from './chat/reports.ts'
import { countUnreadNotifications, markNotificationsRead } from './notifications/notifications.ts'
import { chooseMail, listMailChoices } from './notifications/mail-choices.ts'
import { readUnsubscribeToken } from './notifications/unsubscribe-token.ts'
import { readNotificationsAfter, readNotificationsBefore } from './notifications/notifications.ts'
import { blockUser, listBlocked, unblockUser } from './social/blocks.ts'
import type { Pair } from './social/blocks.ts'
import { acceptFriend, askFriend, listFriends, removeFriend } from './social/friends.ts'
import {
  createGroup,
  declineGroup,
  disbandGroup,
  inviteToGroup,
  joinGroup,
} from './social/groups.ts'
import { kickFromGroup, leaveGroup, listGroupMembers, listGroups } from './social/groups.ts'
import { setGroupRole } from './social/groups.ts'
import type { GroupRole, InGroup } from './social/groups.ts'
import {
  createParty,
  declineParty,
  findPartyOf,
  inviteToParty,
  joinParty,
} from './social/parties.ts'
import { kickFromParty, leaveParty, listPartyInvites, promoteInParty } from './social/parties.ts'
import { findLedParty, tellPartyBattle } from './social/party-battles.ts'
import { findNameOf, lockUsers } from './social/social-ports.ts'
import type { SocialPorts } from './social/social-ports.ts'
import type { StandingsDesk } from './standings-desk.ts'
import { readStateVersion } from './sync/state-versions.ts'

/** What the desk stands on. */
export interface SocialDeskPorts {
  readonly database: Database
  readonly social: SocialPorts
  readonly chat: ChatPorts
  /** What a user is by his battles, as far as his state shows it. */
  readonly standings?: Pick<StandingsDesk, 'shownRatings' | 'myProgress'>
  /** Key of the links that stop mails. */
  readonly unsubscribeKey?: Uint8Array
}

/** The desk of one database. */
export type SocialDesk = ReturnType<typeof createSocialDesk>

type InParty = { readonly userId: string; readonly partyId: string }
type ToLine = { readonly userId: string; readonly channelId: string; readonly seq: number }

/** Binds the use cases. */
export function createSocialDesk(ports: SocialDeskPorts) {
  return {
    ...friendDesk(ports),
    ...groupDesk(ports),
    ...partyDesk(ports),
    ...chatDesk(ports),
    ...notificationDesk(ports),
    ...stateDesk(ports),
  }
}

function friendDesk({ database, social }: SocialDeskPorts) {
  const { db } = database
  return {
    friends: (userId: string) => listFriends(db, social, userId),
    blocked: (userId: string) => listBlocked(db, userId),
    ask: (pair: Pair) => database.transact((trx) => askFriend(trx, social, pair)),
    accept: (pair: Pair) => database.transact((trx) => acceptFriend(trx, social, pair)),
    unfriend: (pair: Pair) => database.transact((trx) => removeFriend(trx, social, pair)),
    block: (pair: Pair) => database.transact((trx) => blockUser(trx, social, pair)),
    unblock: (pair: Pair) => database.transact((trx) => unblockUser(trx, social, pair)),
  }
}

function groupDesk({ database, social }: SocialDeskPorts) {
  const { db } = database
  type InGroupWith = InGroup & { readonly otherId: string }
  return {
    groups: (userId: string) => listGroups(db, userId),
    groupMembers: (who: InGroup) => listGroupMembers(db, social, who),
    foundGroup: (wish: { userId: string; name: string; isOpen: boolean }) =>
      database.transact((trx) => createGroup(trx, social, wish)),
    joinGroup: (who: InGroup) => database.transact((trx) => joinGroup(trx, social, who)),
    leaveGroup: (who: InGroup) => database.transact((trx) => leaveGroup(trx, social, who)),
    kickFromGroup: (kick: InGroupWith) =>
      database.transact((trx) => kickFromGroup(trx, social, kick)),
    setGroupRole: (change: InGroupWith & { readonly role: GroupRole }) =>
      database.transact((trx) => setGroupRole(trx, social, change)),
    inviteToGroup: (invite: InGroupWith) =>
      database.transact((trx) => inviteToGroup(trx, social, invite), { isRepeatable: true }),
    declineGroup: (who: InGroup) => database.transact((trx) => declineGroup(trx, who)),
    disbandGroup: (who: InGroup) => database.transact((trx) => disbandGroup(trx, social, who)),
  }
}

function partyDesk({ database, social }: SocialDeskPorts) {
  const { db } = database
  return {
    party: async (userId: string) => ({
      party: (await findPartyOf(db, userId)) ?? null,
      invites: await listPartyInvites(db, userId),
    }),
    startParty: (userId: string) => database.transact((trx) => createParty(trx, social, userId)),
    inviteToParty: (pair: Pair) => database.transact((trx) => inviteToParty(trx, social, pair)),
    joinParty: (who: InParty) => database.transact((trx) => joinParty(trx, social, who)),
    declineParty: (who: InParty) => database.transact((trx) => declineParty(trx, who)),
    ledParty: (userId: string) => findLedParty(db, social, userId),
    tellPartyBattle: (battle: Parameters<typeof tellPartyBattle>[2]) =>
      database.transact((trx) => tellPartyBattle(trx, social, battle)),
    leaveParty: (userId: string) => database.transact((trx) => leaveParty(trx, social, userId)),
    kickFromParty: (pair: Pair) => database.transact((trx) => kickFromParty(trx, social, pair)),
    promoteInParty: (pair: Pair) => database.transact((trx) => promoteInParty(trx, social, pair)),
  }
}

function chatDesk({ database, social, chat }: SocialDeskPorts) {
  const { db } = database
  return {
    channels: (userId: string) => listChannels(db, userId),
    openDirect: (pair: Pair) =>
      database.transact(
        async (trx) => {
          await findNameOf(trx, social, pair.otherId)
          const open = await findDirect(trx, chat, pair)
          if (open !== undefined) return open
          await lockUsers(trx, [pair.userId, pair.otherId])
          return await openDirect(trx, chat, pair)
        },
        { isRepeatable: true },
      ),
    lines: (wish: Parameters<typeof readLines>[2]) => readLines(db, chat, wish),
    say: (saying: Saying) => sendLine(database, chat, saying),
    edit: (edit: Saying & { readonly seq: number }) => editLine(database, chat, edit),
    erase: (wish: ToLine) =>
      database.transact((trx) => deleteLine(trx, chat, { ...wish, isModerator: false })),
    readChannel: (mark: ToLine) => database.transact((trx) => markChannelRead(trx, chat, mark)),
    report: (report: NewReport) => database.transact((trx) => reportLine(trx, chat, report)),
  }
}

function notificationDesk({ database, social, unsubscribeKey }: SocialDeskPorts) {
  const { db } = database
  return {
    mailChoices: (userId: string) => listMailChoices(db, userId),
    chooseMail: (choice: Parameters<typeof chooseMail>[2]) =>
      database.transact((trx) => chooseMail(trx, social, choice)),
    readUnsubscribe: (token: string) =>
      unsubscribeKey && readUnsubscribeToken(unsubscribeKey, token),
    notificationsAfter: (wish: { userId: string; after: number; limit: number }) =>
      readNotificationsAfter(db, wish),
    notificationsBefore: (wish: { userId: string; before: number; limit: number }) =>
      readNotificationsBefore(db, wish),
    readNotifications: (mark: { userId: string; upTo: number }) =>
      database.transact((trx) => markNotificationsRead(trx, social, mark)),
  }
}

/**
 * The version is read first: what is shown may be newer than its version, never older, so a client
 * that asks again with it learns of every change.
 */
function stateDesk(ports: SocialDeskPorts) {
  const { db } = ports.database
  return {
    stateVersion: (userId: string) => readStateVersion(db, userId),
    async state(userId: string) {
      const version = await readStateVersion(db, userId)
      const { groups, invites: groupInvites } = await listGroups(db, userId)
      const { party, invites: partyInvites } = await partyDesk(ports).party(userId)
      return {
        version,
        friends: await listFriends(db, ports.social, userId),
        blocked: await listBlocked(db, userId),
        groups,
        groupInvites,
        party,
        partyInvites,
        unreadNotifications: await countUnreadNotifications(db, userId),
        mailChoices: await listMailChoices(db, userId),
        ...(await readStandings(ports, userId)),
      }
    },
  }
}

/** Both come with a battle's result, in one transaction that touches the state. */
async function readStandings({ standings }: SocialDeskPorts, userId: string) {
  if (standings === undefined) return {}
  const rating = await standings.shownRatings(userId)
  return { rating, progress: await standings.myProgress(userId) }
}
