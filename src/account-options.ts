/** Options of accounts: how long sign-ins last, who may sign up, where mail goes, how often. */
import { choice, list, secret, text, whole } from './config-option.ts'
import { isStrongSecret, SECRET_WANTED } from './services/auth/server-secret.ts'
import { isRedirectAddress } from './services/identity/oidc-addresses.ts'

export const ACCOUNT_OPTIONS = {
  serverSecret: secret(
    { isValid: (given) => given === '' || isStrongSecret(given), wanted: SECRET_WANTED },
    {
      env: 'SERVER_SECRET',
      unit: 'secret',
      meaning: 'other secrets come from it, the same for all processes; PGlite makes its own',
    },
  ),
  serverSecretFile: text(
    { fallback: '', pattern: /^.{0,1024}$/, wanted: 'a file' },
    { env: 'SERVER_SECRET_FILE', unit: 'file', meaning: 'its first line instead of SERVER_SECRET' },
  ),
  keyRotationDays: whole(
    { fallback: 30, min: 0, max: 3650 },
    {
      env: 'KEY_ROTATION_DAYS',
      unit: 'days',
      meaning: 'from one signing key to the next; 0 = by hand (npm run rotate-keys)',
    },
  ),
  accessTokenTtlSec: whole(
    { fallback: 900, min: 60, max: 86_400 },
    { env: 'ACCESS_TOKEN_TTL_SEC', unit: 's', meaning: 'life of an access token' },
  ),
  refreshTokenTtlSec: whole(
    { fallback: 2_592_000, min: 3600, max: 31_536_000 },
    {
      env: 'REFRESH_TOKEN_TTL_SEC',
      unit: 's',
      meaning: 'a device unused for this long signs in again',
    },
  ),
  inviteOnly: choice(['off', 'on'], 'off', {
    env: 'INVITE_ONLY',
    unit: 'name',
    meaning: 'on: signing up needs an invite code; guests need none',
  }),
  oidcRedirectUris: list(
    { isValid: isRedirectAddress, wanted: 'an address without query, as providers compare it' },
    {
      env: 'OIDC_REDIRECT_URIS',
      unit: 'URLs, comma between',
      meaning: 'where providers may send users, beside PUBLIC_URL/v1/auth/oidc/callback',
    },
  ),
  smtpUrl: secret(
    {
      isValid: (given) => /^(smtps?:\/\/\S+)?$/.test(given),
      wanted: 'an smtp:// or smtps:// address',
    },
    { env: 'SMTP_URL', unit: 'URL', meaning: 'mail goes out here; empty = none, PGlite prints it' },
  ),
  mailFrom: text(
    { fallback: 'Battalion <no-reply@localhost>', pattern: /^[^\r\n]{3,200}$/, wanted: 'a sender' },
    { env: 'MAIL_FROM', unit: 'address', meaning: 'sender of mails' },
  ),
  signInsPerAddressPerMin: whole(
    { fallback: 30, min: 1, max: 1_000_000 },
    {
      env: 'SIGN_INS_PER_ADDRESS_PER_MIN',
      unit: '1/min',
      meaning: 'sign-ups, log-ins, mail tokens, together; then 429',
    },
  ),
  refreshesPerAddressPerMin: whole(
    { fallback: 120, min: 1, max: 1_000_000 },
    { env: 'REFRESHES_PER_ADDRESS_PER_MIN', unit: '1/min', meaning: 'token exchanges; then 429' },
  ),
  accountPerUserPerMin: whole(
    { fallback: 120, min: 1, max: 1_000_000 },
    {
      env: 'ACCOUNT_PER_USER_PER_MIN',
      unit: '1/min',
      meaning: 'own profile and sessions; then 429',
    },
  ),
  mailsPerUserPerMin: whole(
    { fallback: 2, min: 1, max: 1000 },
    { env: 'MAILS_PER_USER_PER_MIN', unit: '1/min', meaning: 'mails a user asks for; then 429' },
  ),
} as const
