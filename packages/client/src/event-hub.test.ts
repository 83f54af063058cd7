/** The event hub, the intent and the link statistics: small pure parts. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BattleEvents } from './battle-events.ts'
import { EventHub } from './event-hub.ts'
import { LinkEventQueue } from './link-event-queue.ts'
import type { BattleLinkEvents } from './battle-link.ts'

describe('EventHub', () => {
  it('[NET-3] calls listeners in order until they are removed', () => {
    const hub = new EventHub<BattleEvents>()
    const seen: string[] = []
    const off = hub.on('enter', ({ netId }) => seen.push(`a${netId}`))
    hub.on('enter', ({ netId }) => seen.push(`b${netId}`))
    hub.emit('enter', { netId: 1 })
    off()
    hub.emit('enter', { netId: 2 })
    assert.deepEqual(seen, ['a1', 'b1', 'b2'])
    assert.equal(hub.has('enter'), true)
    assert.equal(hub.has('leave'), false)
  })

  it('[NET-3] reports a listener that throws and still calls the others', () => {
    const hub = new EventHub<BattleEvents>()
    const errors: unknown[] = []
    let called = 0
    hub.on('listenerError', ({ event, error }) => errors.push([event, error]))
    hub.on('leave', () => {
      throw new Error('mine')
    })
    hub.on('leave', () => called++)
    hub.emit('leave', { netId: 1 })
    assert.equal(called, 1)
    assert.deepEqual(errors, [['leave', new Error('mine')]])
  })

  it('[NET-3] survives a listener of listenerError that throws too', () => {
    const hub = new EventHub<BattleEvents>()
    const called: string[] = []
    hub.on('listenerError', () => {
      called.push('listenerError')
      throw new Error('again')
    })
    hub.on('leave', () => {
      called.push('leave')
      throw new Error('mine')
    })
    hub.emit('leave', { netId: 1 })
    hub.emit('leave', { netId: 2 })
    assert.deepEqual(called, ['leave', 'listenerError', 'leave', 'listenerError'])
  })
})

describe('LinkEventQueue', () => {
  it('[NET-3] keeps what arrives before somebody listens, in order, then passes through', () => {
    const queue = new LinkEventQueue()
    const seen: number[] = []
    const listener = { dropped: (code: number) => void seen.push(code) }
    queue.push((to) => to.dropped(1))
    queue.push((to) => to.dropped(2))
    queue.listen(listener as BattleLinkEvents)
    queue.push((to) => to.dropped(3))
    assert.deepEqual(seen, [1, 2, 3])
  })
})
