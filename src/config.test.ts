/** Configuration: defaults, wrong values, and `.env.example` in step with the table. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

import { CONFIG_OPTIONS, ConfigError, readConfig } from './config.ts'

describe('configuration', () => {
  it('has the ports and defaults that design.md promises', () => {
    const config = readConfig({})
    assert.equal(config.port, 2567)
    assert.equal(config.opsPort, 2568)
    assert.equal(config.opsHost, '127.0.0.1')
    assert.equal(config.dataDir, '.data')
    assert.equal(config.transport, 'ws')
    assert.equal(config.role, 'all')
    assert.equal(config.drainDeadlineSec, 30)
    assert.equal(config.socketsPerAddressMax, 20)
    assert.equal(config.roomLimits.snapshotSkipBytes, 65_536)
    assert.ok(Object.isFrozen(config))
    assert.ok(Object.isFrozen(config.roomLimits))
  })

  const wrong: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ PORT: 'abc' }, /^PORT: "abc" is not a whole number from 0 to 65535/],
    [{ PORT: '70000' }, /^PORT: /],
    [{ PORT: '-1' }, /^PORT: /],
    [{ PORT: '2568' }, /PORT and OPS_PORT are the same/],
    [{ TRANSPORT: 'quic' }, /^TRANSPORT: "quic" is not one of ws, lean, uws/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL: /],
    [{ REGION: 'Über' }, /^REGION: /],
    [{ ROLE: 'game,api' }, /ROLE other than all/],
    [{ ROLE: 'boss' }, /^ROLE: /],
    [{ PUBLIC_URL: 'game.test' }, /^PUBLIC_URL: /],
    [{ ALLOWED_ORIGINS: 'https://a.test, b.test' }, /^ALLOWED_ORIGINS: "b.test"/],
    [{ TRUSTED_PROXIES: '10.0.0.0/33' }, /^TRUSTED_PROXIES: /],
    [{ TRUSTED_PROXIES: 'proxy.test' }, /^TRUSTED_PROXIES: /],
    [{ SNAPSHOT_SKIP_BYTES: '9999999' }, /SNAPSHOT_SKIP_BYTES is over PATCH_SKIP_BYTES/],
    [
      { DATABASE_URL: 'mysql://root:hunter2@db' },
      /^DATABASE_URL: "\(hidden\)" is not a postgresql/,
    ],
    [{ DATABASE_LOCK_MS_MAX: '3000' }, /DATABASE_LOCK_MS_MAX is over DATABASE_STATEMENT_MS_MAX/],
    [{ SMTP_URL: 'https://user:hunter2@mail' }, /^SMTP_URL: "\(hidden\)" is not an smtp/],
    [{ INVITE_ONLY: 'maybe' }, /^INVITE_ONLY: "maybe" is not one of off, on/],
    [{ FRAMES_PER_SEC: '500' }, /FRAMES_PER_SEC is over FRAMES_BURST/],
  ]
  for (const [env, message] of wrong) {
    it(`stops the start with one line for ${JSON.stringify(env)}`, () => {
      assert.throws(
        () => readConfig(env),
        (error) => {
          assert.ok(error instanceof ConfigError)
          assert.match(error.message, message)
          assert.ok(!error.message.includes('\n'))
          return true
        },
      )
    })
  }

  it('takes an empty value for an unset one, and trims', () => {
    assert.equal(readConfig({ PORT: '' }).port, 2567)
    assert.equal(readConfig({ PORT: ' 80 ' }).port, 80)
    assert.deepEqual(readConfig({ TRUSTED_PROXIES: '10.0.0.0/8, ::1' }).trustedProxies, [
      '10.0.0.0/8',
      '::1',
    ])
  })

  it('.env.example lists every option with its default, unit and meaning', () => {
    const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
    const expected = Object.values(CONFIG_OPTIONS).map(
      ({ env, fallback, unit, meaning }) => `# ${meaning} (${unit})\n#${env}=${fallback}\n`,
    )
    for (const entry of expected) assert.ok(example.includes(entry), `missing:\n${entry}`)
    assert.equal(example.match(/^#[A-Z_]+=/gm)?.length, expected.length)
  })
})
