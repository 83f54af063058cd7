/** Which addresses may be called. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { isPublicAddress, readTarget } from './target-address.ts'

const CLOSED = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '100.64.0.1',
  '100.100.100.200',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::ffff:a9fe:a9fe',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::a00:1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a00:1::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  'not an address',
  '',
]
const OPEN = ['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111']

describe('[G-11] addresses that webhooks may reach', () => {
  it('are public unicast ones: none of this machine, this network, its metadata, a tunnel', () => {
    assert.deepEqual(CLOSED.filter(isPublicAddress), [])
    assert.deepEqual(OPEN.filter(isPublicAddress), OPEN)
  })

  it('are https at two ports, without a password, however a number is written', () => {
    const refused = [
      'http://example.org/',
      'ftp://example.org/',
      'file:///etc/passwd',
      'example.org',
      'https://user:pass@example.org/',
      'https://example.org/#x',
      'https://example.org:22/',
      'https://example.org:80/',
      'https://127.0.0.1/',
      'https://2130706433/',
      'https://0x7f.1/',
      'https://0177.0.0.1/',
      'https://127.1/',
      'https://①②⑦.0.0.1/',
      'https://[::1]/',
      'https://[::ffff:127.0.0.1]/',
      'https://[::ffff:7f00:1]/',
      'https://[64:ff9b::a9fe:a9fe]/',
      'https://169.254.169.254/latest/meta-data/',
      `https://example.org/${'x'.repeat(2000)}`,
    ]
    for (const text of refused) assert.equal(readTarget(text, 'public').ok, false, text)
    for (const text of ['https://example.org/a?b=c', 'https://example.org:8443/']) {
      assert.equal(readTarget(text, 'public').ok, true, text)
    }
  })

  it('are also near ones by http where an option says so, and nothing but http', () => {
    assert.equal(readTarget('http://127.0.0.1:9000/', 'any').ok, true)
    for (const text of ['ftp://127.0.0.1/', 'http://a:b@127.0.0.1/', 'nonsense']) {
      assert.equal(readTarget(text, 'any').ok, false, text)
    }
  })
})
