/** The port mail leaves by. A mail is handed over or `send` rejects; the job comes again. */

/** A mail as it is read. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  /** The same at each attempt, so that a server can drop a second copy. */
  readonly messageId?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The mail was refused for good: no later attempt can mend that, and its job ends. */
export class MailRefusedError extends Error {
  override readonly name = 'MailRefusedError'
  readonly isPermanent = true

  constructor(cause: unknown) {
    super('the mail was refused for good', { cause })
  }
}

export interface Mailer {
  send(mail: Mail): Promise<void>
  close(): void
}

/** For the embedded default: who started the server reads the mail in its log. */
export function createPrintingMailer(print: (mail: Mail) => void): Mailer {
  return { send: async (mail) => print(mail), close: () => undefined }
}
