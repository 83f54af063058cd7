/**
 * A process that writes results and ends over some of them: `dies` in a name ends it with code 3,
 * `hangs` is never answered; before it is asked for anything it ends itself when told to by the
 * folder's name. Tests of services/matches/result-process.ts only.
 */
import type {
  ResultMessage,
  ResultOpening,
  ResultOrder,
} from '../services/matches/result-process.ts'

function tell(message: ResultMessage): void {
  process.send?.(message)
}

process.on('disconnect', () => process.exit(0))
process.on('message', (message: ResultOpening | ResultOrder) => {
  if ('place' in message) {
    if (message.folder.includes('cannot-begin')) process.exit(4)
    tell({ isReady: true })
    return
  }
  const { id, name } = message
  if (name.includes('dies')) process.exit(3)
  if (name.includes('hangs')) return
  tell({ id, outcome: { kind: 'stored', matchId: name, durationMs: 1 } })
})
