/**
 * Signatures as Standard Webhooks has them, which receivers have libraries for: HMAC-SHA256 over
 * id, time and body, in `webhook-signature` as `v1,<base64>`; the secret is `whsec_<base64>`.
 */
import { createHmac, randomBytes } from 'node:crypto'

const SECRET_BYTES = 32
const SECRET_PREFIX = 'whsec_'
const MS_PER_SEC = 1000

/** A new secret. */
export function createWebhookSecret(): Uint8Array {
  return randomBytes(SECRET_BYTES)
}

/** As it is shown, once. */
export function showSecret(secret: Uint8Array): string {
  return SECRET_PREFIX + Buffer.from(secret).toString('base64')
}

/** Headers of one call; the id stays the same at every try, the time is the try's. */
export function signWebhook(
  secret: Uint8Array,
  message: { readonly id: string; readonly nowMs: number; readonly body: string },
): Record<string, string> {
  const timestamp = String(Math.floor(message.nowMs / MS_PER_SEC))
  const signed = `${message.id}.${timestamp}.${message.body}`
  const signature = createHmac('sha256', secret).update(signed).digest('base64')
  return {
    'content-type': 'application/json',
    'user-agent': 'Battalion-Webhook/1',
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }
}
