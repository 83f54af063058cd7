/** Tables of outgoing webhooks, for kysely; see migration 0016. */
import type { Generated } from 'kysely'

/** Where events go. */
export interface WebhookEndpointRow {
  readonly id: string
  readonly url: string
  readonly events: readonly string[]
  readonly note: string
  readonly secret_sealed: string
  readonly is_on: boolean
  /** Failures since the last success. */
  readonly failures: Generated<number>
  readonly paused_until: Date | null
  /** Events that came while too many waited. */
  readonly dropped: Generated<bigint>
  /** The sender that is at it, one at a time. */
  readonly locked_by: string | null
  readonly locked_until: Date | null
  readonly created_at: Date
  readonly updated_at: Date
}

/** One event for one endpoint. */
export interface WebhookDeliveryRow {
  readonly id: string
  readonly endpoint_id: string
  readonly event_id: string
  readonly type: string
  /** JSON as it is signed and sent. */
  readonly body: string
  readonly state: 'waiting' | 'delivered' | 'dead'
  readonly attempts: Generated<number>
  readonly run_at: Date
  readonly last_status: number | null
  readonly last_error: string | null
  readonly created_at: Date
  readonly settled_at: Date | null
}

export interface WebhookTables {
  'webhooks.deliveries': WebhookDeliveryRow
  'webhooks.endpoints': WebhookEndpointRow
}
