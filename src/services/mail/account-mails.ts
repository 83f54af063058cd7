/** The texts of account mails, in English and Korean; another language is another entry. */
import type { Mail } from './mailer.ts'

type AccountMail = 'verify_email' | 'reset_password' | 'change_email' | 'email_changed'

interface MailWords {
  readonly subject: string
  /** Lines around the link. */
  readonly text: (name: string, link: string) => readonly string[]
}

/** Pages that a token opens; without one the link is the page's start. */
const PAGES: Readonly<Record<AccountMail, string | undefined>> = {
  verify_email: 'verify-email',
  reset_password: 'reset-password',
  change_email: 'verify-email',
  email_changed: undefined,
}

const ENGLISH: Readonly<Record<AccountMail, MailWords>> = {
  verify_email: {
    subject: 'Battalion: is this your address?',
    text: (name, link) => [
      `Hello ${name},`,
      'please confirm your e-mail address within two days:',
      link,
      'If you did not sign up, ignore this mail.',
    ],
  },
  reset_password: {
    subject: 'Battalion: set a new password',
    text: (name, link) => [
      `Hello ${name},`,
      'set a new password within one hour:',
      link,
      'If you did not ask for this, ignore this mail; your password stays.',
    ],
  },
  change_email: {
    subject: 'Battalion: is this your new address?',
    text: (name, link) => [
      `Hello ${name},`,
      'please confirm within two days that this is the new address of your account:',
      link,
      'If you did not ask for this, ignore this mail; nothing changes.',
    ],
  },
  email_changed: {
    subject: 'Battalion: your address was changed',
    text: (name, link) => [
      `Hello ${name},`,
      'your account has another e-mail address from now on; this one is no longer used.',
      'If that was not you, somebody knows your password: sign in, change it, and log out everywhere.',
      link,
    ],
  },
}

const KOREAN: Readonly<Record<AccountMail, MailWords>> = {
  verify_email: {
    subject: 'Battalion: 이메일 주소 확인',
    text: (name, link) => [
      `${name}님, 안녕하세요.`,
      '이틀 안에 이메일 주소를 확인해 주세요:',
      link,
      '가입하지 않으셨다면 이 메일을 무시하세요.',
    ],
  },
  reset_password: {
    subject: 'Battalion: 새 비밀번호 설정',
    text: (name, link) => [
      `${name}님, 안녕하세요.`,
      '한 시간 안에 새 비밀번호를 설정해 주세요:',
      link,
      '요청하지 않으셨다면 이 메일을 무시하세요. 비밀번호는 그대로입니다.',
    ],
  },
  change_email: {
    subject: 'Battalion: 새 이메일 주소 확인',
    text: (name, link) => [
      `${name}님, 안녕하세요.`,
      '이 주소가 계정의 새 이메일 주소가 맞는지 이틀 안에 확인해 주세요:',
      link,
      '요청하지 않으셨다면 이 메일을 무시하세요. 아무것도 바뀌지 않습니다.',
    ],
  },
  email_changed: {
    subject: 'Battalion: 이메일 주소가 변경되었습니다',
    text: (name, link) => [
      `${name}님, 안녕하세요.`,
      '계정의 이메일 주소가 변경되었습니다. 이 주소는 더 이상 사용되지 않습니다.',
      '본인이 아니라면 누군가 비밀번호를 알고 있습니다. 로그인하여 비밀번호를 바꾸고 모든 기기에서 로그아웃하세요.',
      link,
    ],
  },
}

/** The mail; the token stands behind `#`, which no server or proxy log ever sees. */
export function writeAccountMail(
  kind: AccountMail,
  to: {
    readonly name: string
    readonly email: string
    readonly locale: string
    readonly token: string
    readonly baseUrl: string
  },
): Mail {
  const words = (to.locale.startsWith('ko') ? KOREAN : ENGLISH)[kind]
  const page = PAGES[kind]
  const link = page === undefined ? `${to.baseUrl}/` : `${to.baseUrl}/#${page}=${to.token}`
  return { to: to.email, subject: words.subject, text: words.text(to.name, link).join('\n\n') }
}
