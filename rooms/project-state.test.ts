/** Every field of the slow state follows the world. */
import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { Phase } from '@battalion/sim/world.ts'
import { createFakeSession } from '@battalion/testkit/fake-session.ts'
import { projectBattle, projectRoster } from './project-state.ts'

function start() {
  const objectives = [{ id: 'a', name: 'Alpha', x: 10, z: 20, radius: 5 }]
  const balance = sampleBalance({ mode: { warmupSec: 600 }, map: { objectives } })
  const fake = createFakeSession({ balance })
  const players = ['ann', 'bob'].map((id) => fake.join(id))
  fake.join('eve', true)
  fake.wake()
  return { fake, players, world: fake.session.match.world }
}

describe('the slow state', () => {
  it('[BAT-5] says phase, clock, tickets, scores, winner', () => {
    const { fake, world } = start()
    const { match } = fake.session
    world.phase = Phase.running
    world.phaseEndTick = (world.tick + 41) as typeof world.tick
    world.teams.tickets[1] = 33
    world.teams.score[1] = -7
    projectBattle(fake.state, match)
    assert.equal(fake.state.phase, 'running')
    assert.equal(fake.state.winner, -1)
    assert.equal(fake.state.timeLeftSec, Math.ceil(41 * world.dtSec))
    const { tickets, score, playerCount } = fake.state.teams[1]!
    assert.deepEqual([tickets, score, playerCount], [33, -7, 1])
    world.phase = Phase.ended
    world.endedTick = world.tick
    world.winner = 1
    projectBattle(fake.state, match)
    assert.equal(fake.state.phase, 'ended')
    assert.equal(fake.state.winner, 1)
  })

  it('[O1] says where objectives are, whose, and how far a capture is', () => {
    const { fake, world } = start()
    const objective = fake.state.objectives[0]!
    const { id, name, x, z, radius, owner, capturing } = objective
    assert.deepEqual([id, name, x, z, radius, owner, capturing], ['a', 'Alpha', 10, 20, 5, -1, -1])
    world.objectives.owner[0] = 0
    world.objectives.capturingTeam[0] = 1
    world.objectives.progress[0] = 0.256
    projectBattle(fake.state, fake.session.match)
    assert.deepEqual([objective.owner, objective.capturing, objective.progress], [0, 1, 26])
  })

  it('[K1] has a row of figures per player, none for spectators, and says who is away', () => {
    const { fake, players, world } = start()
    const [ann, bob] = players
    const { soldiers } = world
    const columns = ['kills', 'deaths', 'assists', 'score', 'squad', 'classId'] as const
    for (const [index, column] of columns.entries()) soldiers[column][ann!.netId] = index + 1
    fake.session.lose(ann!)
    projectRoster(fake.state, world, fake.session.roster.all)
    assert.equal(fake.state.roster.size, 2)
    const row = fake.state.roster.get(String(ann!.netId))!
    assert.deepEqual(
      columns.map((column) => row[column]),
      [1, 2, 3, 4, 5, 6],
    )
    assert.deepEqual([row.name, row.bot, row.connected], ['ann', false, false])
    assert.equal(row.team, soldiers.team[ann!.netId])
    assert.equal(fake.state.roster.get(String(bob!.netId))?.connected, true)
    fake.session.leave(ann!)
    projectRoster(fake.state, world, fake.session.roster.all)
    assert.deepEqual([...fake.state.roster.keys()], [String(bob!.netId)])
  })
})
