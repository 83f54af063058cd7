/** The files of a version, one at a time, as JSON; those of a draft can be saved. */
import { useState } from 'preact/hooks'

import type { BalanceContent } from '@battalion/client/api-types.ts'

import { Choice } from '../kit/choice.tsx'
import { Card } from '../kit/facts.tsx'
import { Form } from '../kit/form.tsx'
import { say } from '../kit/toast.tsx'
import { useOperator } from '../operator.tsx'

const FIRST_FILE = 'weapons.json'

/** The editor. */
export function BalanceEditor(props: {
  readonly of: BalanceContent
  readonly isDraft: boolean
  readonly onSaved: () => void
}) {
  const { of, isDraft, onSaved } = props
  const { api, onError } = useOperator()
  const files = Object.keys(of.files).sort()
  const [file, setFile] = useState(files.includes(FIRST_FILE) ? FIRST_FILE : (files[0] ?? ''))
  const save = async ({ content = '' }: Readonly<Record<string, string>>) => {
    const body = { revision: of.revision, files: { [file]: readJson(content) } }
    const params = { path: { version: of.version } }
    try {
      const { revision } = await api.put('/v1/admin/balances/{version}', { params, body })
      say(`Saved as revision ${revision}.`)
    } catch (error) {
      onError(error)
      throw error
    }
    onSaved()
  }
  const text = (
    <label class="field">
      <span>{file}</span>
      <textarea
        // Another file, or another revision, is another text.
        key={`${file} ${of.revision}`}
        name="content"
        class="code"
        rows={24}
        spellcheck={false}
        readOnly={!isDraft}
        defaultValue={JSON.stringify(of.files[file], null, 2)}
      />
    </label>
  )
  return (
    <Card
      title="Files"
      actions={<Choice label="File" value={file} options={files} onChange={setFile} />}
    >
      {isDraft ? (
        <Form label={`Edit ${file}`} action="Save" act={save}>
          {text}
        </Form>
      ) : (
        text
      )}
    </Card>
  )
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`This is not JSON: ${(error as Error).message}`, { cause: error })
  }
}
