/** Channels and their lines, and what a player reads of a failure. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { AppError, ERROR_CODES } from '@battalion/base/app-error.ts'
import type { HomeLine } from '@battalion/client/home-messages.ts'

import { ChannelBook, LINES_KEPT_MAX } from './channel-book.ts'
import { problemText } from './problem-text.ts'
import { describeDevice } from './settings-devices.ts'

const GLOBAL = { id: 'g', kind: 'global', subject: 'all', lastSeq: 3, readSeq: 3, unreadCount: 0 }

function line(seq: number, channelId = 'g'): HomeLine {
  const createdAt = '2026-01-01T00:00:00.000Z'
  return { channelId, seq, authorId: 'bob', text: `line ${seq}`, createdAt, isEdited: false }
}

function openBook(): ChannelBook {
  const book = new ChannelBook()
  book.welcome([GLOBAL])
  return book
}

const seqsOf = (book: ChannelBook) => book.find('g')?.lines.map(({ seq }) => seq)

describe('channels', () => {
  it('[SOC-1] keep each line once and in order, from the feed and from pages', () => {
    const book = openBook()
    assert.equal(book.add(line(4), false), true)
    assert.equal(book.add(line(4), false), false, 'an event may come twice')
    assert.equal(book.add(line(7), false), true, 'a gap is a line of somebody blocked')
    book.addPage('g', [line(2), line(3), line(4), line(7)], 4)
    book.addPage('g', [line(1)], 4)
    assert.deepEqual(seqsOf(book), [1, 2, 3, 4, 7])
    assert.equal(book.find('g')?.hasOlder, false)
    assert.equal(book.find('g')?.unreadCount, 2)
  })

  it('forget the oldest beyond the limit, and can read them again', () => {
    const book = openBook()
    for (let seq = 4; seq < 4 + LINES_KEPT_MAX + 5; seq++) book.add(line(seq), true)
    assert.equal(seqsOf(book)?.length, LINES_KEPT_MAX)
    assert.equal(book.find('g')?.hasOlder, true)
  })

  it('read anew what went on while the connection was away', () => {
    const book = openBook()
    book.addPage('g', [line(1), line(2), line(3)], 50)
    book.welcome([GLOBAL])
    assert.deepEqual(seqsOf(book), [1, 2, 3], 'nothing new')
    book.welcome([{ ...GLOBAL, lastSeq: 9 }])
    assert.deepEqual(seqsOf(book), [])
    assert.equal(book.find('g')?.isLoaded, false)
  })

  it('of a battle are closed with it, and dropped by the next one', () => {
    const book = openBook()
    book.open({ id: 't1', kind: 'team', subject: 'm1:0' })
    book.close('t1')
    assert.equal(book.find('t1')?.isClosed, true)
    book.open({ id: 't2', kind: 'team', subject: 'm2:1' })
    assert.equal(book.find('t1'), undefined)
    assert.deepEqual(
      book.all.map(({ kind }) => kind),
      ['team', 'global'],
    )
  })
})

describe('what a player reads', () => {
  it('[OBS-2] says for every code what happened or what to do next, and nothing inner', () => {
    for (const code of ERROR_CODES) {
      const error = new AppError(code, 'The name is taken.', { internal: 'select secret' })
      const text = problemText(error)
      assert.ok(text.length > 10, code)
      assert.ok(!text.includes('select'), code)
    }
    assert.match(problemText(new AppError('rate_limited', '', { retryAfterSec: 12 })), /Wait 12 s/)
    assert.match(problemText(new AppError('overloaded', '', { retryAfterSec: 200 })), /4 min/)
    for (const other of [new TypeError('Failed to fetch'), undefined, { code: 'toString' }]) {
      assert.match(problemText(other), /cannot be reached/)
    }
  })

  it('names devices by browser and system', () => {
    const chrome = 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36'
    assert.equal(describeDevice(chrome), 'Chrome on Linux')
    assert.equal(describeDevice('curl/8.0'), 'curl/8.0')
    assert.equal(describeDevice(''), 'Something without a name')
  })
})
