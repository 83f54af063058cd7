/** Buffers in flight are never given out again; others are, again and again. */
import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { SLAB_BYTES, SLABS_KEPT_MAX, SLABS_KEPT_MIN, SlabRing } from './slab-ring.ts'

describe('slab ring', () => {
  it('lives on two slabs while every socket is empty at the next send', () => {
    const ring = new SlabRing()
    for (let send = 1; send <= 100; send++) {
      ring.beginSend(send, [])
      ring.reserve(1000)
      ring.commit(ring.offset + 1000)
    }
    assert.ok(ring.freshCount <= 2, `${ring.freshCount} slabs`)
  })

  it('[A-06] never touches bytes that a socket still holds', () => {
    const ring = new SlabRing()
    ring.beginSend(1, [])
    const held = ring.bytes
    ring.commit(10)
    for (let send = 2; send <= 50; send++) {
      ring.beginSend(send, [{ from: 1, to: 1 }])
      assert.notEqual(ring.bytes, held)
      ring.commit(10)
    }
    assert.ok(ring.freshCount <= SLABS_KEPT_MIN, 'one stuck reader costs one slab')
  })

  it('takes fresh slabs while everything written is in flight', () => {
    const ring = new SlabRing()
    const used = new Set<Uint8Array>()
    for (let send = 1; send <= 20; send++) {
      ring.beginSend(send, [{ from: 1, to: send - 1 }])
      assert.equal(used.has(ring.bytes), false)
      used.add(ring.bytes)
      ring.commit(1)
    }
    assert.ok(ring.freshCount >= 20)
  })

  it('[NET-3] a crowd whose sends fill ten slabs makes no fresh ones after its first sends', () => {
    const ring = new SlabRing()
    const sendTen = (send: number) => {
      ring.beginSend(send, [])
      for (let frame = 0; frame < 10; frame++) {
        ring.reserve(SLAB_BYTES)
        ring.commit(SLAB_BYTES)
      }
    }
    for (let send = 1; send <= 3; send++) sendTen(send)
    const { freshCount } = ring
    for (let send = 4; send <= 100; send++) sendTen(send)
    assert.equal(ring.freshCount, freshCount)
    assert.ok(freshCount <= SLABS_KEPT_MAX + 10, `${freshCount} slabs`)
  })

  it('goes on in another slab when one is full, within one send', () => {
    const ring = new SlabRing()
    ring.beginSend(1, [])
    const first = ring.bytes
    ring.commit(SLAB_BYTES - 10)
    ring.reserve(11)
    assert.notEqual(ring.bytes, first)
    assert.equal(ring.offset, 0)
  })
})
