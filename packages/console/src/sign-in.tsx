/** Before anything else: signing in, the first operator's link, the second factor with its QR. */
import { useEffect, useState } from 'preact/hooks'
import { encodeQR } from 'qr'

import { openApi, operatorApi, textOf } from './console-api.ts'
import type { Session } from './console-api.ts'
import { Field, Form } from './kit/form.tsx'

type OnSession = (session: Session | undefined) => void

/** A code as people type it. */
function codeOf(text: string | undefined): { code?: string } {
  const code = (text ?? '').replaceAll(' ', '')
  return code === '' ? {} : { code }
}

/** Name, password, code. */
export function SignIn({ onSession, note }: { onSession: OnSession; note?: string | undefined }) {
  const act = async (fields: Readonly<Record<string, string>>) => {
    const { login = '', password = '' } = fields
    const body = { login, password, ...codeOf(fields['code']) }
    onSession(await openApi().post('/v1/admin/session', { body }))
  }
  return (
    <main class="door">
      <h1>Battalion console</h1>
      {note !== undefined && <p role="status">{note}</p>}
      <Form label="Sign in" action="Sign in" act={act}>
        <Field name="login" label="Name or e-mail" autoComplete="username" />
        <Field name="password" label="Password" type="password" autoComplete="current-password" />
        <Field
          name="code"
          label="Code of your authenticator app"
          hint="Leave empty at your first sign-in"
          inputMode="numeric"
          autoComplete="one-time-code"
          isOptional
        />
      </Form>
    </main>
  )
}

/** Behind the one-time link. */
export function FirstOperator({ token, onSession }: { token: string; onSession: OnSession }) {
  const [isNew, setNew] = useState(true)
  const [isCodeAsked, setCodeAsked] = useState(false)
  const act = async (fields: Readonly<Record<string, string>>) => {
    const { name = '', email = '', password = '' } = fields
    const account = isNew ? { email } : codeOf(fields['code'])
    const body = { token, name, password, ...account }
    try {
      onSession(await openApi().post('/v1/admin/operator', { body }))
    } catch (error) {
      if ((error as { code?: string }).code === 'totp_required') setCodeAsked(true)
      throw error
    }
  }
  return (
    <main class="door">
      <h1>Become the first operator</h1>
      <p>
        <label>
          <input type="checkbox" checked={!isNew} onChange={() => setNew(!isNew)} /> I have a
          Battalion account
        </label>
      </p>
      <Form label="First operator" action="Become operator" act={act}>
        <Field name="name" label={isNew ? 'Name' : 'Name or e-mail'} autoComplete="username" />
        {isNew && <Field name="email" label="E-mail" type="email" autoComplete="email" />}
        <Field
          name="password"
          label="Password"
          type="password"
          hint="At least 8 characters"
          autoComplete={isNew ? 'new-password' : 'current-password'}
        />
        {!isNew && isCodeAsked && (
          <Field
            name="code"
            label="Code of your authenticator app"
            inputMode="numeric"
            autoComplete="one-time-code"
          />
        )}
      </Form>
    </main>
  )
}

/** The second factor: a picture for the app, the secret in letters, and its first code. */
export function Enrol({ session, onSession }: { session: Session; onSession: OnSession }) {
  const [totp, setTotp] = useState<{ secret: string; uri: string } | undefined>()
  const [error, setError] = useState<string | undefined>()
  useEffect(() => {
    operatorApi(session)
      .post('/v1/admin/session/totp')
      .then(setTotp)
      .catch((thrown: unknown) => setError(textOf(thrown)))
  }, [session])
  const act = async (fields: Readonly<Record<string, string>>) => {
    const body = { code: codeOf(fields['code']).code ?? '' }
    onSession(await operatorApi(session).post('/v1/admin/session/totp/confirm', { body }))
  }
  return (
    <main class="door">
      <h1>Set a second factor</h1>
      <p>Staff sign in with a code. Scan this with an authenticator app, then type its code.</p>
      {error !== undefined && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      {totp === undefined ? (
        <p role="status">Making a secret …</p>
      ) : (
        <>
          <QrCode text={totp.uri} />
          <p>
            Or type this: <code class="secret">{totp.secret}</code>
          </p>
        </>
      )}
      <Form label="Second factor" action="Confirm" act={act}>
        <Field
          name="code"
          label="Code of your app"
          inputMode="numeric"
          autoComplete="one-time-code"
        />
      </Form>
    </main>
  )
}

/** Empty rim that readers need (modules). */
const QUIET_MODULES = 4

/** Dark squares on white, whatever the theme: cameras want it so. */
function QrCode({ text }: { text: string }) {
  const rows = encodeQR(text, 'raw', { border: QUIET_MODULES, ecc: 'medium' })
  const size = rows.length
  const path = rows.flatMap((row, y) =>
    row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')),
  )
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code of the secret">
      <rect width={size} height={size} fill="#fff" />
      <path d={path.join('')} fill="#000" />
    </svg>
  )
}
