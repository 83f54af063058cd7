/** Options of outgoing webhooks. */
import { choice } from './config-option.ts'
import { TARGET_RULES } from './services/webhooks/target-address.ts'

export const WEBHOOK_OPTIONS = {
  webhookTargets: choice([...TARGET_RULES], 'public', {
    env: 'WEBHOOK_TARGETS',
    unit: 'name',
    meaning: 'any: webhooks also reach this network, by http, at any port; for tests alone',
  }),
} as const
