/** Mail over SMTP; alone imports nodemailer. Time limits keep a job within its lease. */
import { createTransport } from 'nodemailer'

import { MailRefusedError } from './mailer.ts'
import type { Mail, Mailer } from './mailer.ts'

const CONNECT_MS_MAX = 10_000
const SOCKET_MS_MAX = 20_000
const CONNECTIONS_MAX = 2

/** A mailer for a server such as `smtps://user:password@mail.example.org`. */
export function createSmtpMailer(options: { readonly url: string; readonly from: string }): Mailer {
  const transport = createTransport({
    url: options.url,
    pool: true,
    maxConnections: CONNECTIONS_MAX,
    connectionTimeout: CONNECT_MS_MAX,
    greetingTimeout: CONNECT_MS_MAX,
    socketTimeout: SOCKET_MS_MAX,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send(mail: Mail) {
      try {
        await transport.sendMail({ from: options.from, ...mail })
      } catch (error) {
        throw isForGood(error) ? new MailRefusedError(error) : error
      }
    },
    close: () => transport.close(),
  }
}

/** The server does not take mail for this address (5xx to RCPT): trying again annoys it. */
function isForGood(error: unknown): boolean {
  const { responseCode = 0, command = '' } = error as { responseCode?: number; command?: string }
  return responseCode >= 500 && command === 'RCPT TO'
}
