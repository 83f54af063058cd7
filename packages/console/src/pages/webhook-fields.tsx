/** The fields of a webhook: address, events, what it is for. */
import { Field } from '../kit/form.tsx'

/** Types that may be asked for, as the API has them. */
const EVENTS = [
  'match.finished',
  'report.opened',
  'report.settled',
  'user.banned',
  'user.unbanned',
  'balance.published',
] as const
type EventName = (typeof EVENTS)[number]

/** The fields. */
export function WebhookFields({
  of,
}: {
  readonly of?: { readonly url: string; readonly note: string; readonly events: readonly string[] }
}) {
  return (
    <>
      <Field
        name="url"
        label="Address"
        hint="https, at port 443 or 8443, on the public internet"
        {...(of === undefined ? {} : { value: of.url })}
      />
      <Field
        name="note"
        label="What it is for"
        isOptional
        {...(of === undefined ? {} : { value: of.note })}
      />
      <fieldset>
        <legend>Events</legend>
        {EVENTS.map((name) => (
          <label key={name} class="check">
            <input
              type="checkbox"
              name={name}
              defaultChecked={of?.events.includes(name) ?? false}
            />{' '}
            {name}
          </label>
        ))}
      </fieldset>
    </>
  )
}

/** The events that are ticked. */
export function eventsOf(fields: Readonly<Record<string, string>>): EventName[] {
  return EVENTS.filter((name) => fields[name] === 'on')
}
