/** Mail over a real SMTP server on this machine. */
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'

import { SMTPServer } from 'smtp-server'

import { decodeMail, startSmtpSink } from '../../testing/smtp-sink.ts'
import { writeAccountMail } from './account-mails.ts'
import { createSmtpMailer } from './smtp-mailer.ts'

const TOKEN = 'a'.repeat(43)
const TO = { name: '아다', email: 'ada@example.org', token: TOKEN, baseUrl: 'https://game.test' }

describe('mail by SMTP', () => {
  it('hands over a mail that can be read, in the language of its reader', async (t) => {
    const { received, url } = await startSmtpSink(t)
    const mailer = createSmtpMailer({ url, from: 'Battalion <game@example.org>' })
    t.after(() => mailer.close())
    await mailer.send(writeAccountMail('verify_email', { ...TO, locale: 'en' }))
    await mailer.send(writeAccountMail('reset_password', { ...TO, locale: 'ko-KR' }))
    assert.deepEqual(received[0]?.to, ['ada@example.org'])
    assert.match(received[0].raw, /^From: Battalion <game@example\.org>/m)
    assert.match(received[0].raw, /^Subject: Battalion: is this your address\?/m)
    const subject = /^Subject: (.*(?:\r\n .*)*)/m.exec(received[1]!.raw)?.[1] ?? ''
    assert.match(subject, /=\?UTF-8\?/)
    const bodies = received.map(({ raw }) => decodeMail(raw))
    assert.ok(bodies[0]!.includes(`https://game.test/#verify-email=${TOKEN}`))
    assert.ok(bodies[1]!.includes(`https://game.test/#reset-password=${TOKEN}`))
    assert.ok(bodies[1]!.includes('새 비밀번호를 설정'))
  })

  it('rejects when the server does not take it, so that the job comes again', async (t) => {
    const { url } = await startSmtpSink(t, { isFull: true })
    const mailer = createSmtpMailer({ url, from: 'game@example.org' })
    t.after(() => mailer.close())
    await assert.rejects(mailer.send(writeAccountMail('verify_email', { ...TO, locale: 'en' })))
  })

  it('[NTF-2] an address refused for good is no job for later; one refused for now is', async (t) => {
    const answers = [550, 451]
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onRcptTo(_address, _session, done) {
        done(Object.assign(new Error('no such box'), { responseCode: answers.shift() }))
      },
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.server.address() as AddressInfo
    const mailer = createSmtpMailer({ url: `smtp://127.0.0.1:${port}`, from: 'game@example.org' })
    t.after(() => {
      mailer.close()
      server.close()
    })
    const mail = { to: 'gone@example.org', subject: 'x', text: 'y' }
    await assert.rejects(mailer.send(mail), { name: 'MailRefusedError' })
    await assert.rejects(mailer.send(mail), ({ name }: Error) => name !== 'MailRefusedError')
  })

  it('a name with line breaks adds no header', async (t) => {
    const { received, url } = await startSmtpSink(t)
    const mailer = createSmtpMailer({ url, from: 'game@example.org' })
    t.after(() => mailer.close())
    const name = 'Eve\r\nBcc: all@example.org'
    const mail = writeAccountMail('verify_email', { ...TO, name, locale: 'en' })
    await mailer.send({ ...mail, subject: `${mail.subject}\r\nBcc: all@example.org` })
    const [head = ''] = received[0]!.raw.split('\r\n\r\n')
    assert.doesNotMatch(head, /^Bcc:/m)
    assert.deepEqual(received[0]!.to, ['ada@example.org'])
  })
})
