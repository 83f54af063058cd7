/** Profile and privacy: name, language of mails and notices, who may ask, write and see. */
import { el } from '../hud/dom.ts'
import { createField, createForm, createSelect } from './form.ts'
import type { PeopleContext } from './people-context.ts'
import type { Me } from './people-desk.ts'

const LANGUAGES = [
  ['en', 'English'],
  ['ko', '한국어'],
] as const
const ASKING = [
  ['everyone', 'Everybody'],
  ['friends_of_friends', 'Friends of friends'],
  ['nobody', 'Nobody'],
] as const
const FRIENDS = [
  ['everyone', 'Everybody'],
  ['friends', 'Friends'],
  ['nobody', 'Nobody'],
] as const
const NAME_CHARS_MAX = 20

/** The page. */
export function createProfilePage(context: PeopleContext, me: Me): HTMLElement {
  const name = createField({
    name: 'name',
    label: 'Name',
    value: me.name,
    autocomplete: 'nickname',
    maxLength: NAME_CHARS_MAX,
  })
  const language = createSelect({
    name: 'locale',
    label: 'Language of mails and notices',
    value: me.locale.startsWith('ko') ? 'ko' : 'en',
    choices: LANGUAGES,
  })
  const { friendRequests = 'everyone', directMessages = 'everyone' } = me.privacy
  const asking = createSelect({
    name: 'friendRequests',
    label: 'Who may ask to be your friend',
    value: friendRequests,
    choices: ASKING,
  })
  const writing = createSelect({
    name: 'directMessages',
    label: 'Who may write to you',
    value: directMessages,
    choices: FRIENDS,
  })
  const seeing = createSelect({
    name: 'presence',
    label: 'Who sees whether you are here',
    value: me.privacy.presence ?? 'everyone',
    choices: FRIENDS,
  })
  const send = async () => {
    const { desk, host } = context
    desk.me = await host.api.patch('/v1/me', {
      body: {
        name: name.input.value.trim(),
        locale: language.input.value,
        privacy: {
          friendRequests: pick(ASKING, asking.input.value),
          directMessages: pick(FRIENDS, writing.input.value),
          presence: pick(FRIENDS, seeing.input.value),
        },
      },
    })
    desk.names.learn(desk.me.userId, desk.me.name)
    desk.changed.fire()
    return 'Saved. A new name shows in the next battle.'
  }
  const fields = [name, language, asking, writing, seeing]
  return el('div', {}, createForm({ fields, submit: 'Save', send }))
}

function pick<Value extends string>(
  choices: readonly (readonly [Value, string])[],
  given: string,
): Value {
  return (choices.find(([value]) => value === given) ?? choices[0]!)[0]
}
