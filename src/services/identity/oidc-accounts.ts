/** Sign-in through providers bound to a database: what HTTP is handed. */
import type { Database } from '../../db/database.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import { startFlow } from './oidc-flows.ts'
import type { FlowStart, OidcPorts } from './oidc-flows.ts'
import { listLinks, startLink, unlink } from './oidc-links.ts'
import {
  deleteProvider,
  listEnabledProviders,
  listProviders,
  putProvider,
} from './oidc-providers.ts'
import type { ProviderForm } from './oidc-providers.ts'
import { finishFlow } from './oidc-sign-in.ts'
import type { OidcAnswer } from './oidc-sign-in.ts'

/** Binds them. */
export function createOidcAccounts(database: Database, ports: OidcPorts) {
  const { db } = database
  return {
    listEnabled: () => listEnabledProviders(db),
    start: (start: Omit<FlowStart, 'link'>) => startFlow(database, ports, start),
    finish: (answer: OidcAnswer) => finishFlow(database, ports, answer),
    listLinks: (userId: string) => listLinks(db, userId),
    startLink: (start: Parameters<typeof startLink>[2]) => startLink(database, ports, start),
    unlink: (link: Parameters<typeof unlink>[1]) => unlink(database, link),
    listProviders: () => listProviders(db),
    putProvider: (trail: AuditTrail, form: ProviderForm) =>
      putProvider(database, ports, trail, form),
    deleteProvider: (trail: AuditTrail, id: string) => deleteProvider(database, trail, id),
  }
}

export type OidcAccounts = ReturnType<typeof createOidcAccounts>
