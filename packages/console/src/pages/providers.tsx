/** Sign-in providers (OpenID Connect): rows that are added, changed, switched off, removed. */
import type { OidcStaffProviders } from '@battalion/client/api-types.ts'

import { Action } from '../kit/action.tsx'
import { DataTable } from '../kit/data-table.tsx'
import { Badge, PageHead } from '../kit/facts.tsx'
import { Field } from '../kit/form.tsx'
import { Choice } from '../kit/list-parts.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useOperator } from '../operator.tsx'

type Provider = OidcStaffProviders['items'][number]
type Fields = Readonly<Record<string, string>>

const SECRETS = { keep: 'stays as it is', set: 'becomes the one below', none: 'none' } as const

/** The page. */
export function Providers() {
  const { api } = useOperator()
  const providers = useLoad(() => api.get('/v1/admin/oidc-providers'), [])
  const { reload } = providers
  return (
    <>
      <PageHead
        title="Sign-in providers"
        text="Players sign in by these (OpenID Connect). Their secrets are sealed and never shown."
      >
        <Edit done={reload} />
      </PageHead>
      <DataTable
        caption="Providers"
        rows={{ ...providers, value: providers.value?.items }}
        keyOf={({ id }) => id}
        empty="Nobody signs in by another provider."
        columns={[
          { title: 'Id', cell: ({ id }) => <code>{id}</code> },
          { title: 'Shown as', cell: ({ label }) => label },
          { title: 'State', cell: ({ isEnabled }) => <State isOn={isEnabled} /> },
          { title: 'Issuer', cell: ({ issuer }) => issuer },
          { title: 'Client id', cell: ({ clientId }) => <code>{clientId}</code> },
          { title: 'Secret', cell: ({ hasSecret }) => (hasSecret ? 'kept' : 'none') },
          { title: 'Scopes', cell: ({ scopes }) => scopes },
          {
            title: 'Do',
            cell: (provider) => (
              <div class="row">
                <Edit provider={provider} done={reload} />
                <Switch provider={provider} done={reload} />
                <Remove provider={provider} done={reload} />
              </div>
            ),
          },
        ]}
      />
    </>
  )
}

function State({ isOn }: { readonly isOn: boolean }) {
  return isOn ? <Badge text="on" tone="good" /> : <Badge text="off" />
}

/** Without a provider: a new one. */
function Edit({ provider, done }: { readonly provider?: Provider; readonly done: () => void }) {
  const { api } = useOperator()
  const save = async (fields: Fields) => {
    const providerId = provider?.id ?? fields['id'] ?? ''
    const { label = '', issuer = '', clientId = '', scopes = '', secret = '' } = fields
    const body = {
      label,
      issuer,
      clientId,
      scopes,
      ...secretOf(fields['secretChoice'], secret, provider === undefined),
      isEnabled: provider?.isEnabled ?? true,
    }
    const params = { path: { providerId } }
    await api.put('/v1/admin/oidc-providers/{providerId}', { params, body })
    return `${label} is saved.`
  }
  const isNew = provider === undefined
  return (
    <Action
      label={isNew ? 'Add a provider' : 'Edit'}
      title={isNew ? 'Add a provider' : `Edit ${provider.label}`}
      text="Register PUBLIC_URL/v1/auth/oidc/callback at the provider as redirect address."
      act={save}
      onDone={done}
    >
      {isNew && <Field name="id" label="Id" hint="Small letters, digits, -; stays for ever" />}
      <Field name="label" label="Shown as" {...valueOf(provider?.label)} />
      <Field name="issuer" label="Issuer" hint="https://…" {...valueOf(provider?.issuer)} />
      <Field name="clientId" label="Client id" {...valueOf(provider?.clientId)} />
      <Field name="scopes" label="Scopes" value={provider?.scopes ?? 'openid email'} />
      {!isNew && (
        <Choice name="secretChoice" label="Client secret" options={Object.values(SECRETS)} />
      )}
      <Field
        name="secret"
        label={isNew ? 'Client secret' : 'New client secret'}
        type="password"
        hint="Empty for a public client; it cannot be read back"
        isOptional
      />
    </Action>
  )
}

function valueOf(value: string | undefined) {
  return value === undefined ? {} : { value }
}

/** Left out: what is kept stays; null: none. */
function secretOf(choice: string | undefined, secret: string, isNew: boolean) {
  if (!isNew && choice === SECRETS.keep) return {}
  if (!isNew && choice === SECRETS.none) return { clientSecret: null }
  return { clientSecret: secret === '' ? null : secret }
}

function Switch({ provider, done }: { readonly provider: Provider; readonly done: () => void }) {
  const { api } = useOperator()
  const { id: providerId, label, issuer, clientId, scopes, isEnabled } = provider
  const turn = async () => {
    const body = { label, issuer, clientId, scopes, isEnabled: !isEnabled }
    const params = { path: { providerId } }
    await api.put('/v1/admin/oidc-providers/{providerId}', { params, body })
    return `${label} is ${isEnabled ? 'off' : 'on'}.`
  }
  return (
    <Action
      label={isEnabled ? 'Switch off' : 'Switch on'}
      title={`${isEnabled ? 'Switch off' : 'Switch on'}: ${label}`}
      text={isEnabled ? 'Nobody signs in by it until it is on again; sessions go on.' : 'At once.'}
      isDanger={isEnabled}
      act={turn}
      onDone={done}
    />
  )
}

function Remove({ provider, done }: { readonly provider: Provider; readonly done: () => void }) {
  const { api } = useOperator()
  const remove = async () => {
    const params = { path: { providerId: provider.id } }
    await api.delete('/v1/admin/oidc-providers/{providerId}', { params })
    return `${provider.label} is removed.`
  }
  return (
    <Action
      label="Remove"
      title={`Remove ${provider.label}`}
      text="Only while nobody signs in by it; else switch it off."
      isDanger
      act={remove}
      onDone={done}
    />
  )
}
