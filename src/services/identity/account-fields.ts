/** What an account is made of: how names and e-mails are compared, what a password must be. */
import { AppError } from '@battalion/base/app-error.ts'

import { cleanName } from './sign-in-guest.ts'

/** Shortest and longest password (code points); the upper end bounds the work of one hash. */
export const PASSWORD_CHARS_MIN = 8
export const PASSWORD_CHARS_MAX = 128
const NAME_CHARS_MIN = 2
/** First in every list of guesses; longer lists cost nothing an attacker would notice. */
const COMMON: ReadonlySet<string> = new Set(
  `
  password passw0rd password1 password123 letmein1 iloveyou sunshine princess football baseball
  superman trustno1 starwars whatever computer internet michelle jennifer qwertyui qwerty123
  qwertyuiop 1q2w3e4r 1qaz2wsx asdfghjk zxcvbnm1 abcd1234 abc12345 aa123456 12345678 123456789
  1234567890 87654321 11223344 12341234 123123123 battalion welcome1 admin123 administrator
  changeme dragon12 monkey12
`
    .trim()
    .split(/\s+/),
)

/** A name as it is shown and as it is compared. */
export interface AccountName {
  readonly name: string
  readonly nameKey: string
}

/** The name of an account; throws where nothing or too little is left of it. */
export function readAccountName(given: string): AccountName {
  const name = cleanName(given)
  if (Array.from(name).length < NAME_CHARS_MIN || name.includes('@')) {
    throw new AppError(
      'invalid_request',
      `A name has at least ${NAME_CHARS_MIN} characters and no @.`,
    )
  }
  return { name, nameKey: toLoginKey(name) }
}

/** How names and e-mails are compared: case, width and composition do not matter. */
export function toLoginKey(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase()
}

/** Throws `weak_password` for what is guessed first. */
export function checkPassword(password: string, account: readonly string[]): void {
  const characters = Array.from(password)
  const lower = password.toLowerCase()
  const isOwn = account.some((text) => text.toLowerCase() === lower)
  if (characters.length > PASSWORD_CHARS_MAX) throw weak(`at most ${PASSWORD_CHARS_MAX} characters`)
  if (characters.length < PASSWORD_CHARS_MIN) {
    throw weak(`at least ${PASSWORD_CHARS_MIN} characters`)
  }
  if (isOwn || COMMON.has(lower) || new Set(characters).size < 3) {
    throw weak('nothing that is guessed first')
  }
}

function weak(wanted: string): AppError {
  return new AppError('weak_password', `A password has ${wanted}.`)
}
