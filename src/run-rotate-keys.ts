/**
 * `npm run rotate-keys [-- --now]`: a new key for access tokens. Without `--now` nobody notices: it
 * is announced, signs in a minute, and the old one verifies until its tokens have ended. With it
 * all old keys end at once, for a secret that got about or was changed: clients refresh. A PGlite
 * server must be stopped; processes on PostgreSQL read of it within 10 s.
 */
import { ConfigError } from './config.ts'
import { runDatabaseProgram } from './database-program.ts'
import { openServerSecret } from './open-keys.ts'
import { replaceKeys, rotateKeys } from './services/identity/key-rotation.ts'
import { systemClock } from './system-clock.ts'

await runDatabaseProgram('rotate-keys', async (database, config) => {
  const args = process.argv.slice(2)
  if (args.some((arg) => arg !== '--now')) {
    throw new ConfigError('usage: npm run rotate-keys [-- --now]')
  }
  const secret = openServerSecret(config)
  const ports = { secret, nowMs: systemClock.wallMs(), ttlSec: config.accessTokenTtlSec }
  const isNow = args.length > 0
  const { kid } = await (isNow ? replaceKeys(database, ports) : rotateKeys(database, ports))
  process.stdout.write(`key ${kid} signs ${isNow ? 'now' : 'in a minute'}\n`)
})
