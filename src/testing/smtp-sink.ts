/** A mail server of this machine that keeps what it is given. Tests only. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

import { waitUntil } from '@battalion/testkit/wait-until.ts'
import { SMTPServer } from 'smtp-server'

/** A mail as it came. */
export interface SunkMail {
  readonly to: readonly string[]
  readonly raw: string
}

/** The server. */
export interface SmtpSink {
  /** For `SMTP_URL`. */
  readonly url: string
  readonly received: readonly SunkMail[]
  /** Waits for a mail to this address whose text matches; the first group of the match. */
  find(to: string, pattern: RegExp): Promise<string>
}

/** Starts one; `isFull` takes no mail. */
export async function startSmtpSink(
  test: Pick<TestContext, 'after'>,
  { isFull = false }: { readonly isFull?: boolean } = {},
): Promise<SmtpSink> {
  const received: SunkMail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const to = session.envelope.rcptTo.map(({ address }) => address)
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        received.push({ to, raw: Buffer.concat(chunks).toString() })
        done(isFull ? new Error('no room') : null)
      })
    },
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  test.after(() => server.close())
  const { port } = server.server.address() as AddressInfo
  const look = (to: string, pattern: RegExp) =>
    received
      .filter((mail) => mail.to.includes(to))
      .map(({ raw }) => pattern.exec(decodeMail(raw))?.[1])
      .find((found) => found !== undefined)
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    async find(to, pattern) {
      await waitUntil(`a mail to ${to}`, () => look(to, pattern) !== undefined)
      return look(to, pattern)!
    },
  }
}

/** The text of a mail of one part. */
export function decodeMail(raw: string): string {
  const [head = '', ...rest] = raw.split('\r\n\r\n')
  const body = rest.join('\r\n\r\n')
  if (/transfer-encoding: base64/i.test(head)) return Buffer.from(body, 'base64').toString()
  if (!/transfer-encoding: quoted-printable/i.test(head)) return body
  const bytes = body
    .replaceAll('=\r\n', '')
    .replace(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}
