/** Words and figures of results and history, and the wait for a rating. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { AppError } from '@battalion/base/app-error.ts'

import { awaitRating } from './await-rating.ts'
import type { RatingExplained } from './history-api.ts'
import { awardsOf, chartOf, ordinal, playTime } from './history-model.ts'
import { ratingBars, ratingWay, signed } from './history-model.ts'

const NOBODY = { score: 0, kills: 0, assists: 0, captures: 0, damageDone: 0 }

describe('the result of a battle', () => {
  it('awards what was done, to the first of equals, and nothing for nothing', () => {
    const players = [
      { ...NOBODY, name: 'Ann', team: 0, kills: 1, damageDone: 12_345 },
      { ...NOBODY, name: 'Ben', team: 1, kills: 1, captures: 3 },
    ]
    assert.deepEqual(
      awardsOf(players).map(({ title, name, figure }) => [title, name, figure]),
      [
        ['Most kills', 'Ann', '1 kill'],
        ['Taker of ground', 'Ben', '3 captures'],
        ['Heaviest hitter', 'Ann', '12.3k damage'],
      ],
    )
    assert.deepEqual(awardsOf([]), [])
  })

  it('[RANK-1] says which way a rating went, with bars to both sides of the middle', () => {
    assert.deepEqual(ratingWay(1500, 1514), { name: 'up', mark: '\u25b2', text: '14' })
    assert.deepEqual(ratingWay(1500, 1497), { name: 'down', mark: '\u25bc', text: '3' })
    assert.equal(ratingWay(1500, 1500).name, 'same')
    assert.deepEqual([signed(3), signed(-3), signed(0)], ['+3', '\u22123', '0'])
    const bars = ratingBars([{ points: 20 }, { points: -10 }, { points: 0 }])
    assert.deepEqual(
      bars.map(({ from, width }) => [from, width]),
      [
        [50, 50],
        [25, 25],
        [50, 0],
      ],
    )
    assert.deepEqual(ratingBars([{ points: 0 }])[0], { points: 0, from: 50, width: 0 })
  })

  it('draws the course inside its box, whatever the figures', () => {
    const samples = [
      { sec: 0, team: 0, what: 'score' as const, amount: 0 },
      { sec: 90, team: 0, what: 'score' as const, amount: 40 },
      { sec: 90, team: 1, what: 'score' as const, amount: -5 },
    ]
    const captures = [{ sec: 100, team: 1, objective: 0, slots: [] }]
    const chart = chartOf({ samples, captures }, 60, 'score')
    assert.deepEqual(
      chart.lines.map(({ team, last }) => [team, last]),
      [
        [0, 40],
        [1, 0],
      ],
    )
    for (const { x, y } of chart.lines.flatMap(({ points }) => points)) {
      assert.ok(x >= 0 && x <= 1 && y >= 0 && y <= 1)
    }
    assert.ok(chart.captures.every(({ x }) => x <= 1))
  })

  it('names places as people do', () => {
    const places = [1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal)
    assert.equal(places.join(' '), '1st 2nd 3rd 4th 11th 12th 13th 21st 112th')
  })
})

describe('the wait for a rating', () => {
  const told = { matchId: 'm', summary: 'Your rating rose by 14.' } as RatingExplained

  it('asks again until it is worked out, also after a failure', async () => {
    const waits: number[] = []
    const wait = async (ms: number) => void waits.push(ms)
    const answers = [undefined, new AppError('unavailable', 'busy'), told]
    const rating = async () => {
      const answer = answers.shift()
      if (answer instanceof AppError) throw answer
      return answer
    }
    assert.equal(await awaitRating({ freshRating: rating }, 'm', wait), told)
    assert.deepEqual(waits, [800, 1200, 2000])
  })

  it('gives up when it does not come while the result is shown', async () => {
    let asked = 0
    const rating = async () => void asked++
    assert.equal(await awaitRating({ freshRating: rating }, 'm', async () => undefined), undefined)
    assert.equal(asked, 5)
  })

  it('says a time of playing in one line of a tile', () => {
    const times = [0, 20 * 60, 3599, 12_000, 35_940, 51_180].map(playTime)
    assert.equal(times.join(', '), '0 min, 20 min, 1 h 0 min, 3 h 20 min, 9 h 59 min, 14 h')
  })
})
