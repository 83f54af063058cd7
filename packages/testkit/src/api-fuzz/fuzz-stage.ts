/**
 * What a fuzz run needs beside the public port: things that no client makes, such as a finished
 * battle, a dead job or the first operator. The server's side fills it (src/testing).
 */

/** Somebody who sends requests, and what he is allowed to read. */
export interface FuzzPerson {
  readonly userId: string
  readonly headers: Readonly<Record<string, string>>
  /** Of an operator; none for a player. */
  readonly permissions: ReadonlySet<string>
}

/** An operator with what he signs in with. */
export interface FuzzOperator extends FuzzPerson {
  readonly name: string
  readonly password: string
  /** A code of his authenticator app, good once. */
  readonly code: () => string
}

/** A provider's sign-in as a browser goes through it. */
export interface FuzzVisit {
  readonly code: string
  readonly state: string
  /** The callback's address with its query. */
  readonly location: URL
}

/** The server's side. */
export interface FuzzStage {
  /** A new operator with these roles and a second factor. */
  operator(roles: readonly string[]): Promise<FuzzOperator>
  giveRole(userId: string, role: string): Promise<void>
  /** Writes a finished battle of these users. */
  finishMatch(matchId: string, userIds: readonly string[]): Promise<void>
  /** Each answers the id of a new one. */
  deadJob(): Promise<string>
  deadLetter(): Promise<string>
  deadDelivery(webhookId: string): Promise<string>
  /** The report against a user. */
  reportOf(accusedId: string): Promise<string>
  /** The newest token in the mails to an address that came by a link of this page. */
  mailToken(email: string, page: string): Promise<string>
  unsubscribeToken(userId: string, kind: string): string
  totpCode(secret: string): string
  /** Makes the provider `local` as it should be. */
  mendProvider(): Promise<void>
  visitProvider(authorizationUrl: string, sub: string): Promise<FuzzVisit>
  /** Takes a seat in a battle and stays in it; the battle's id. */
  takeSeat(accessToken: string): Promise<string>
  /** Where webhooks may be sent. */
  readonly webhookUrl: string
}
