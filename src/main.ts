/**
 * Entry of the server process (`npm run serve`): checks Node before anything newer is loaded, then
 * hands over to `lifecycle.ts`. It must never grow logic; `app.ts` wires, `lifecycle.ts` runs.
 */
import { checkNodeVersion } from './node-version.ts'

checkNodeVersion(process.versions.node)
const { runServer } = await import('./lifecycle.ts')
await runServer()
