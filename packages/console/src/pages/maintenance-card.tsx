/** Whether players are kept out, what they are told, and the switch. */
import type { Maintenance } from '@battalion/client/api-types.ts'

import { Action } from '../kit/action.tsx'
import { ChoiceField, TextField } from '../kit/long-fields.tsx'
import { Badge, Card, Facts, Time } from '../kit/facts.tsx'
import { Load } from '../kit/load-state.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useOperator } from '../operator.tsx'

const MINUTE_MS = 60_000
const TEXT_CHARS_MAX = 500
const EXPECTED = [
  ['', 'Nobody knows'],
  ['15', '15 minutes'],
  ['30', 'Half an hour'],
  ['60', 'An hour'],
  ['120', 'Two hours'],
  ['480', 'Eight hours'],
] as const

/** Maintenance as it stands. */
export function MaintenanceCard() {
  const { api, may } = useOperator()
  const maintenance = useLoad(() => api.get('/v1/admin/maintenance'), [])
  const { value, reload } = maintenance
  const isOn = value?.isOn === true
  const begin = async ({ text = '', minutes = '' }: Readonly<Record<string, string>>) => {
    const inMs = Number(minutes) * MINUTE_MS
    const until = minutes === '' ? null : new Date(Date.now() + inMs).toISOString()
    await api.put('/v1/admin/maintenance', { body: { isOn: true, text, until } })
    return isOn ? 'Players are told the new words.' : 'Maintenance is on.'
  }
  const end = async () => {
    await api.put('/v1/admin/maintenance', { body: { isOn: false } })
    return 'Battles are open again.'
  }
  const actions = may('maintenance.write') && (
    <>
      <Action
        label={isOn ? 'Change the words' : 'Begin maintenance'}
        text="Nobody new joins a battle and no next battle begins; running battles go on."
        isDanger={!isOn}
        act={begin}
        onDone={reload}
      >
        <TextField
          name="text"
          label="What players read"
          charsMax={TEXT_CHARS_MAX}
          {...(isOn ? { value: value.text } : {})}
        />
        <ChoiceField name="minutes" label="Expected to take" options={EXPECTED} />
      </Action>
      {isOn && <Action label="End maintenance" act={end} onDone={reload} />}
    </>
  )
  return (
    <Card title="Maintenance" actions={actions}>
      <Load of={maintenance}>{(state) => <Standing of={state} />}</Load>
    </Card>
  )
}

function Standing({ of }: { of: Maintenance }) {
  if (!of.isOn) {
    return (
      <p>
        <Badge text="off" tone="good" /> Battles are open to everybody.
      </p>
    )
  }
  return (
    <Facts
      of={{
        State: <Badge text="on: nobody new joins a battle" tone="warn" />,
        'Players read': of.text,
        'Expected until': <Time at={of.until} />,
        Since: <Time at={of.changedAt} />,
      }}
    />
  )
}
