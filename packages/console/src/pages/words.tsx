/** Words of the chat's filter, beside the lists that ship: add, remove, and try a text. */
import { useState } from 'preact/hooks'

import type { Words as WordsAnswer } from '@battalion/client/api-types.ts'

import { Action } from '../kit/action.tsx'
import { DataTable } from '../kit/data-table.tsx'
import { Badge, Card, PageHead } from '../kit/facts.tsx'
import { Choice, LongField } from '../kit/fields.tsx'
import { Field, Form } from '../kit/form.tsx'
import { useLoad } from '../kit/use-load.ts'
import { useOperator } from '../operator.tsx'

type Fields = Readonly<Record<string, string>>
type Word = WordsAnswer['words'][number]
type Rule = Word['rule']

const RULES: readonly (readonly [Rule, string])[] = [
  ['whole', 'whole: the word alone'],
  ['prefix', 'prefix: words that begin so'],
  ['anywhere', 'anywhere: also inside words'],
  ['allow', 'allow: never masked, even if a list has it'],
]

/** The table and the trial. */
export function Words() {
  const { api, may } = useOperator()
  const list = useLoad(() => api.get('/v1/admin/words'), [])
  const rows = { ...list, value: list.value?.words }
  const mayWrite = may('chat.write')
  return (
    <>
      <PageHead
        title="Words"
        text="What the filter masks beside the lists that ship; a change counts within a second."
      >
        {mayWrite && <Add done={list.reload} />}
      </PageHead>
      <DataTable
        caption="Added words, by rule"
        rows={rows}
        keyOf={({ rule, word }) => `${rule} ${word}`}
        empty="No word was added."
        columns={[
          { title: 'Word', cell: ({ word }) => word },
          {
            title: 'Rule',
            cell: ({ rule }) => <Badge text={rule} tone={rule === 'allow' ? 'good' : 'plain'} />,
          },
          ...(mayWrite
            ? [{ title: 'Do', cell: (word: Word) => <Remove word={word} done={list.reload} /> }]
            : []),
        ]}
      />
      {mayWrite && (
        <Card title="Try a text">
          <Try />
        </Card>
      )}
    </>
  )
}

function Add({ done }: { readonly done: () => void }) {
  const { api } = useOperator()
  const act = async ({ word = '', rule = '' }: Fields) => {
    const params = { path: { rule: rule as Rule, word: word.trim() } }
    await api.put('/v1/admin/words/{rule}/{word}', { params })
    return `“${word}” is in.`
  }
  return (
    <Action label="Add a word" act={act} onDone={done}>
      <Field name="word" label="Word" hint="As it is spelt; other spellings are found too." />
      <Choice name="rule" label="Rule" options={RULES} value="whole" />
    </Action>
  )
}

function Remove({
  word: { word, rule },
  done,
}: {
  readonly word: Word
  readonly done: () => void
}) {
  const { api } = useOperator()
  const act = async () => {
    await api.delete('/v1/admin/words/{rule}/{word}', { params: { path: { rule, word } } })
    return `“${word}” is out.`
  }
  return <Action label="Remove" title={`Remove “${word}”`} act={act} onDone={done} />
}

function Try() {
  const { api, onError } = useOperator()
  const [seen, setSeen] = useState<{ text: string; hits: string[] } | undefined>()
  const act = async ({ text = '' }: Fields) => {
    try {
      const { text: masked, hits } = await api.post('/v1/admin/words/try', { body: { text } })
      setSeen({ text: masked, hits: [...hits] })
    } catch (error) {
      onError(error)
      throw error
    }
  }
  return (
    <>
      <Form label="Try a text" action="Try" act={act}>
        <LongField name="text" label="Text" maxLength={500} />
      </Form>
      {seen !== undefined && (
        <div class="tried" role="status">
          <p>{seen.text}</p>
          <p class="soft">
            {seen.hits.length === 0 ? 'Nothing is masked.' : `Masked: ${seen.hits.join(', ')}`}
          </p>
        </div>
      )}
    </>
  )
}
