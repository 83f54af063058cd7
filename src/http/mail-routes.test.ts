/** The link in a mail, and a user's choices, over the HTTP app (NTF-2). */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import {
  createUnsubscribeToken,
  readUnsubscribeToken,
} from '../services/notifications/unsubscribe-token.ts'
import type { SocialDesk } from '../services/social-desk.ts'
import { systemClock, systemTimers } from '../system-clock.ts'
import { absentModeration, createFakeHttp } from '../testing/fake-http-app.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { NotificationStreams } from './notification-streams.ts'

const KEY = Uint8Array.of(1)
const USER = '00000000-0000-4000-8000-000000000001'
const readNothing = () => Promise.resolve([])
const PATH = '/v1/mail/unsubscribe?token='

describe('the link that stops mails', () => {
  it('[NTF-2] asks on GET, stops on POST, in one click and without signing in', async (t) => {
    const chosen: unknown[] = []
    const known: Partial<SocialDesk> = {
      readUnsubscribe: (token) => readUnsubscribeToken(KEY, token),
      chooseMail: async (choice) => void chosen.push(choice),
    }
    const { fetch } = createFakeHttp({
      dataDir: tempDir(t),
      social: {
        desk: known as SocialDesk,
        moderation: absentModeration(),
        streams: new NotificationStreams({
          clock: systemClock,
          timers: systemTimers,
          read: readNothing,
        }),
        isHere: () => false,
      },
    })
    const token = createUnsubscribeToken(KEY, { userId: USER, kind: 'friend_asked' })
    const page = await fetch(`${PATH}${token}`)
    assert.equal(page.status, 200)
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/)
    const text = await page.text()
    assert.match(text, /<form method="post">/)
    assert.ok(!text.includes('<script') && !text.includes(token), 'nothing of the request in it')
    assert.deepEqual(chosen, [], 'a program that follows links stops nothing')
    const oneClick = { method: 'POST', body: 'List-Unsubscribe=One-Click' }
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    assert.equal((await fetch(`${PATH}${token}`, { ...oneClick, headers })).status, 200)
    assert.deepEqual(chosen, [{ userId: USER, kind: 'friend_asked', isOn: false }])
    for (const forged of [`${token}x`, 'x', '%3Cscript%3E', 'a'.repeat(300)]) {
      const answer = await fetch(`${PATH}${forged}`, { method: 'POST' })
      assert.ok([400, 404].includes(answer.status), `${answer.status}`)
    }
    assert.equal(chosen.length, 1)
  })
})
