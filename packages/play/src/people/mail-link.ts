/**
 * What the links of mails open: `/#verify-email=TOKEN` and `/#reset-password=TOKEN`. The token is
 * taken out of the address at once, so that it is in no history, bookmark or picture of the screen.
 */
import type { AuthDialog } from './auth-dialog.ts'
import type { PeopleDesk } from './people-desk.ts'
import type { PeopleHost } from './people-host.ts'
import { problemText } from './problem-text.ts'

/** Looks at the address now and whenever it changes. */
export function openMailLink(ports: {
  readonly host: PeopleHost
  readonly say: (title: string, text?: string) => void
  readonly auth: AuthDialog
  readonly desk: PeopleDesk
}): void {
  const look = () => {
    const [, kind, token] =
      /^#(verify-email|reset-password)=([\w.~-]{1,128})$/.exec(location.hash) ?? []
    if (kind === undefined || token === undefined) return
    history.replaceState(null, '', location.pathname + location.search)
    if (kind === 'reset-password') return ports.auth.openReset(token)
    void verify(token)
  }
  const verify = async (token: string) => {
    try {
      await ports.host.api.post('/v1/auth/verify-email', { body: { token } })
      ports.say('Address proved', 'Your e-mail address is yours.')
      if (ports.desk.me !== undefined) await ports.desk.readMe()
    } catch (error) {
      ports.say('The link did not work', problemText(error))
    }
  }
  addEventListener('hashchange', look)
  look()
}
