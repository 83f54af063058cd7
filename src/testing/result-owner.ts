/** Starts the process that writes results, tells its id, and waits to be killed. Tests only. */
import { postgresPlaceAt } from '@battalion/testkit/test-database.ts'

import { ResultProcess } from '../services/matches/result-process.ts'
import { systemTimers } from '../system-clock.ts'

interface Orders {
  readonly url: string
  readonly folder: string
  readonly program: string
}

const { url, folder, program } = JSON.parse(process.argv[2]!) as Orders
const writer = new ResultProcess({
  program: new URL(program),
  place: postgresPlaceAt(url),
  folder,
  timers: systemTimers,
  onStored: () => undefined,
})
// There is no such file: it answers that, and is there.
await writer.write('none')
process.send?.(writer.pid)
setInterval(() => undefined, 60_000)
