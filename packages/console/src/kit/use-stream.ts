/**
 * Live events of the server (server-sent events). The browser comes back by itself when the
 * connection was lost; when the server ends the stream, the session is asked for, so that a page
 * whose operator may no longer look leads to the door.
 */
import { useEffect, useRef, useState } from 'preact/hooks'

import { useOperator } from '../operator.tsx'

/** How a stream stands. */
export type StreamState = 'opening' | 'live' | 'lost' | 'ended'

/** Takes the data of events by name. */
export type StreamHandlers = Readonly<Record<string, (data: unknown) => void>>

/** Listens while the page is there; another `url` is another stream. */
export function useStream(url: string, handlers: StreamHandlers): StreamState {
  const { api, onError } = useOperator()
  const [state, setState] = useState<StreamState>('opening')
  const latest = useRef(handlers)
  latest.current = handlers
  useEffect(() => {
    const source = new EventSource(url)
    const end = () => {
      source.close()
      setState('ended')
      api.get('/v1/admin/session').catch(onError)
    }
    setState('opening')
    source.addEventListener('open', () => setState('live'))
    source.addEventListener('end', end)
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) end()
      else setState('lost')
    })
    for (const name of Object.keys(latest.current)) {
      source.addEventListener(name, (event) => {
        latest.current[name]?.(JSON.parse(String(event.data)))
      })
    }
    return () => source.close()
  }, [url])
  return state
}
