/** The lead of commands: what is learned from answers, and what a network asks for. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CommandLead } from './command-lead.ts'

const RTT_MS = 100

const ack = (ackSeq: number) => ({ ackSeq, hasAck: 1 })

/** Sends single commands every 50 ms that are carried out `leadMs` after they came. */
function exchange(lead: CommandLead, leadMs: (seq: number) => number, count = 200): void {
  for (let seq = 1; seq <= count; seq++) {
    const sentAtMs = seq * 50
    lead.sent(seq & 0xffff, sentAtMs)
    lead.answered(ack(seq & 0xffff), sentAtMs + RTT_MS + leadMs(seq), RTT_MS)
  }
}

describe('CommandLead', () => {
  it('[BAT-4] finds how long commands wait at the server, without being told', () => {
    const lead = new CommandLead()
    exchange(lead, () => 40)
    assert.equal(Math.round(lead.leadMs), 40)
    assert.equal(Math.round(lead.tooEarlyMs(0)), 34)
    assert.equal(Math.round(lead.tooEarlyMs(10)), 14)
  })

  it('[BAT-4] wants more room when its own sending strays', () => {
    const lead = new CommandLead()
    exchange(lead, (seq) => (seq % 2 === 0 ? 30 : 50))
    assert.ok(lead.tooEarlyMs(0) < 20, String(lead.tooEarlyMs(0)))
  })

  it('[BAT-4] counts the first command of a frame and passes over what was dropped', () => {
    const lead = new CommandLead()
    lead.sent(1, 0)
    lead.sent(3, 100)
    lead.answered(ack(2), 0, RTT_MS)
    assert.ok(Number.isNaN(lead.leadMs), 'the first of the frame was never carried out')
    lead.answered(ack(3), 220, RTT_MS)
    assert.equal(lead.leadMs, 20)
    lead.answered(ack(4), 999, RTT_MS)
    assert.equal(lead.leadMs, 20)
  })

  it('[BAT-4] knows nothing before a round trip is known, and after a reset', () => {
    const lead = new CommandLead()
    lead.sent(1, 0)
    lead.answered(ack(1), 120, Number.NaN)
    assert.ok(Number.isNaN(lead.tooEarlyMs(5)))
    exchange(lead, () => 40, 60)
    assert.ok(!Number.isNaN(lead.tooEarlyMs(5)))
    lead.reset()
    assert.ok(Number.isNaN(lead.tooEarlyMs(5)))
  })

  it('[I-13] goes on across the wrap, and with more frames than it remembers', () => {
    const lead = new CommandLead()
    lead.sent(65_535, 0)
    lead.answered(ack(65_535), 120, RTT_MS)
    lead.sent(0, 50)
    lead.answered(ack(0), 170, RTT_MS)
    assert.equal(lead.leadMs, 20)
    for (let seq = 1; seq <= 1000; seq++) lead.sent(seq, 50 + seq * 50)
    lead.answered(ack(1000), 50 + 1000 * 50 + RTT_MS + 20, RTT_MS)
    assert.equal(Math.round(lead.leadMs), 20)
  })
})
