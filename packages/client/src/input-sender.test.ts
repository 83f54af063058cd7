/** Commands and frames: numbering, company, urgency, latched clicks. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Button, type Command } from '@battalion/sim/commands.ts'
import { createCommand, decodeInputs } from '@battalion/wire/input-codec.ts'
import { InputSender } from './input-sender.ts'
import { INTENT_AT_REST } from './intent.ts'

const press = (buttons: number) => ({ ...INTENT_AT_REST, buttons })

function setUp(commandsPerFrame: number) {
  const frames: Command[][] = []
  const sender = new InputSender(commandsPerFrame, (bytes) => {
    const into = [createCommand(), createCommand(), createCommand()]
    const count = decodeInputs(bytes, into)
    assert.equal(typeof count, 'number', 'the server accepts what the client sends')
    frames.push(into.slice(0, count as number))
  })
  return { frames, sender }
}

describe('InputSender', () => {
  it('[BAT-3] sends frames of as many commands as asked for, numbered by one', () => {
    const { frames, sender } = setUp(2)
    for (let index = 0; index < 6; index++) sender.make(INTENT_AT_REST, index)
    const seqs = frames.map((frame) => frame.map((command) => command.seq))
    assert.deepEqual(seqs, [
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    assert.equal(sender.framesSent, 3)
  })

  it('[BAT-3] sends a changed trigger at once, down and up, and walking in company', () => {
    const { frames, sender } = setUp(3)
    sender.make(press(Button.sprint), 0)
    assert.equal(frames.length, 0)
    sender.make(press(Button.revive), 0)
    assert.equal(frames.length, 1)
    sender.make(press(Button.reload), 0)
    assert.equal(frames.length, 2)
    sender.make(press(Button.reload), 0)
    assert.equal(frames.length, 2)
  })

  it('[BAT-4] sends commands alone while the trigger is held and shortly after', () => {
    const { frames, sender } = setUp(2)
    for (let index = 0; index < 10; index++) sender.make(press(Button.fire), 0)
    assert.equal(frames.length, 10)
    assert.equal(sender.commandsPerFrame, 1)
    for (let index = 0; index < 25; index++) sender.make(press(0), 0)
    assert.equal(frames.length, 10 + 20 + 2)
    assert.equal(sender.commandsPerFrame, 2)
  })

  it('[BAT-3] loses no click shorter than a tick', () => {
    const { frames, sender } = setUp(1)
    sender.latch(press(Button.fire))
    sender.latch(press(0))
    sender.make(press(0), 0)
    sender.make(press(0), 0)
    assert.deepEqual(
      frames.map((frame) => frame[0]!.buttons),
      [Button.fire, 0],
    )
  })

  it('[I-13] goes on numbering across the wrap and after a reset', () => {
    const { frames, sender } = setUp(2)
    for (let index = 0; index < 65_535; index++) sender.make(INTENT_AT_REST, 0)
    sender.reset()
    sender.make(INTENT_AT_REST, 0)
    sender.make(INTENT_AT_REST, 0)
    assert.deepEqual(
      frames.at(-1)!.map((command) => command.seq),
      [0, 1],
    )
  })
})
