/**
 * What is done to a player, each by a dialog with a reason and a time: mute, match-lock, ban, and
 * lifting them. Shown is what the operator may; the server decides at each request.
 */
import { Action } from '../kit/action.tsx'
import { Choice } from '../kit/fields.tsx'
import { Field } from '../kit/form.tsx'
import { useOperator } from '../operator.tsx'

const HOUR_MS = 3_600_000
const DAY_HOURS = 24
const FOR_EVER = 'ever'

const TIMES = [
  ['1', '1 hour'],
  [String(DAY_HOURS), '1 day'],
  [String(3 * DAY_HOURS), '3 days'],
  [String(7 * DAY_HOURS), '7 days'],
  [String(30 * DAY_HOURS), '30 days'],
  [String(365 * DAY_HOURS), '1 year'],
] as const
const TIMES_AND_EVER = [...TIMES, [FOR_EVER, 'Until it is lifted']] as const

type Fields = Readonly<Record<string, string>>

/** Whom. */
interface Whom {
  readonly userId: string
  readonly name: string
  readonly onDone: () => void
}

/** Everything that can be done to a player now. */
export function SanctionActions(props: Whom & { readonly standing?: ReadonlySet<string> }) {
  const { may } = useOperator()
  const { standing = new Set() } = props
  return (
    <>
      {may('mutes.write') && (standing.has('mute') ? <Unmute {...props} /> : <Mute {...props} />)}
      {may('matches.lock') &&
        (standing.has('match_lock') ? <Unlock {...props} /> : <Lock {...props} />)}
      {may('bans.write') && (standing.has('ban') ? <Unban {...props} /> : <Ban {...props} />)}
    </>
  )
}

function Mute({ userId, name, onDone }: Whom) {
  const { api } = useOperator()
  const act = async ({ reason = '', hours = '' }: Fields) => {
    const params = { path: { userId, scope: 'all' } }
    const body = { reason, until: untilOf(hours) ?? '' }
    await api.put('/v1/admin/users/{userId}/mutes/{scope}', { params, body })
    return `${name} is muted.`
  }
  return (
    <Action
      label="Mute"
      title={`Mute ${name}`}
      text="No lines in any channel; everything else goes on."
      act={act}
      onDone={onDone}
    >
      <Why />
      <Choice name="hours" label="For" options={TIMES} value="24" />
    </Action>
  )
}

function Unmute({ userId, name, onDone }: Whom) {
  const { api } = useOperator()
  const act = async ({ reason = '' }: Fields) => {
    const params = { path: { userId, scope: 'all' }, query: { reason } }
    await api.delete('/v1/admin/users/{userId}/mutes/{scope}', { params })
    return `${name} may write again.`
  }
  return (
    <Action label="Lift mute" title={`Lift the mute of ${name}`} act={act} onDone={onDone}>
      <Why />
    </Action>
  )
}

function Lock({ userId, name, onDone }: Whom) {
  const { api } = useOperator()
  const act = async ({ reason = '', hours = '' }: Fields) => {
    const params = { path: { userId } }
    const body = { reason, ...endOf(hours) }
    await api.put('/v1/admin/users/{userId}/match-lock', { params, body })
    return `${name} is locked out of battles.`
  }
  return (
    <Action
      label="Match-lock"
      title={`Lock ${name} out of battles`}
      text="Leaves the battle at once and joins none; signing in and chat go on."
      act={act}
      onDone={onDone}
    >
      <Why />
      <Choice name="hours" label="For" options={TIMES_AND_EVER} value="24" />
    </Action>
  )
}

function Unlock({ userId, name, onDone }: Whom) {
  const { api } = useOperator()
  const act = async ({ reason = '' }: Fields) => {
    const params = { path: { userId }, query: { reason } }
    await api.delete('/v1/admin/users/{userId}/match-lock', { params })
    return `${name} may join battles again.`
  }
  return (
    <Action label="Lift match-lock" title={`Let ${name} into battles`} act={act} onDone={onDone}>
      <Why />
    </Action>
  )
}

function Ban({ userId, name, onDone }: Whom) {
  const { api } = useOperator()
  const act = async ({ reason = '', hours = '' }: Fields) => {
    const params = { path: { userId } }
    const body = { reason, ...endOf(hours) }
    await api.post('/v1/admin/users/{userId}/ban', { params, body })
    return `${name} is banned.`
  }
  return (
    <Action
      label="Ban"
      title={`Ban ${name}`}
      text="All sessions end, all sockets close at once, and nothing lets in until it is over."
      isDanger
      act={act}
      onDone={onDone}
    >
      <Why />
      <Choice name="hours" label="For" options={TIMES_AND_EVER} value="168" />
    </Action>
  )
}

function Unban({ userId, name, onDone }: Whom) {
  const { api } = useOperator()
  const act = async ({ reason = '' }: Fields) => {
    const params = { path: { userId }, query: { reason } }
    await api.delete('/v1/admin/users/{userId}/ban', { params })
    return `${name} may sign in again.`
  }
  return (
    <Action label="Lift ban" title={`Lift the ban of ${name}`} act={act} onDone={onDone}>
      <Why />
    </Action>
  )
}

/** The reason that stays with the sanction and in the audit log. */
export function Why() {
  return <Field name="reason" label="Reason" hint="Stays with the player and in the audit log." />
}

function untilOf(hours: string): string | undefined {
  if (hours === FOR_EVER) return undefined
  return new Date(Date.now() + Number(hours) * HOUR_MS).toISOString()
}

function endOf(hours: string): { readonly until?: string } {
  const until = untilOf(hours)
  return until === undefined ? {} : { until }
}
