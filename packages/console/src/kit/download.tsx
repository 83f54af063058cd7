/** A button that fetches a file and hands it to the browser; what goes wrong is said beside it. */
import { useState } from 'preact/hooks'

import { textOf } from '../console-api.ts'
import { useOperator } from '../operator.tsx'
import { BusyButton } from './busy-button.tsx'

/** Asks first and saves then: a refusal is a sentence here and no broken file there. */
export function Download(props: {
  readonly label: string
  /** What the file is called. */
  readonly fileName: string
  readonly type: string
  readonly read: () => Promise<string>
}) {
  const { label, fileName, type, read } = props
  const { onError } = useOperator()
  const [state, setState] = useState<{ isBusy: boolean; error?: string }>({ isBusy: false })
  const go = async () => {
    setState({ isBusy: true })
    try {
      save(new Blob([await read()], { type }), fileName)
      setState({ isBusy: false })
    } catch (error) {
      onError(error)
      setState({ isBusy: false, error: textOf(error) })
    }
  }
  return (
    <>
      {state.error !== undefined && (
        <p class="error" role="alert">
          {state.error}
        </p>
      )}
      <BusyButton label={label} isBusy={state.isBusy} onClick={() => void go()} />
    </>
  )
}

/** The address of a blob is good while the page is; a browser reads it after the click. */
const KEPT_MS = 60_000

function save(blob: Blob, fileName: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = fileName
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS)
}
