/**
 * A server whose battles are over in seconds, as a program of its own: for tests that want to see
 * the end of a battle and the next one; SHORT_ROUND_SEC and SHORT_ENDED_SEC say how soon, and
 * SHORT_PLAYERS_MIN how many a battle waits for before it begins.
 * Configured by environment like the real server; says `ready` over IPC and leaves on SIGTERM.
 * Tests only.
 */
import { startApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { shortenBattles } from './shorten-battles.ts'

const config = readConfig(process.env)
const clocks = {
  roundSec: Number(process.env['SHORT_ROUND_SEC'] ?? 6),
  endedSec: Number(process.env['SHORT_ENDED_SEC'] ?? 6),
  playersMin: Number(process.env['SHORT_PLAYERS_MIN'] ?? 1),
}
const app = await startApp({ config, arrangeRooms: shortenBattles(clocks) })
process.on('SIGTERM', () => void app.stop().then(() => process.exit(0)))
process.on('disconnect', () => process.exit(0))
process.send?.({ type: 'ready', publicUrl: app.publicUrl, opsUrl: app.opsUrl })
