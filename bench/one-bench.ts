/** One bench file in a process of its own: runs it and hands the rows to the runner. */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { RunBench } from '@battalion/testkit/bench-row.ts'

const [file = '', size = 'full'] = process.argv.slice(2)
const module = (await import(pathToFileURL(resolve(file)).href)) as { runBench: RunBench }
const rows = await module.runBench({ small: size === 'small' })
await new Promise((sent) => process.send?.({ type: 'rows', rows }, sent))
process.exit(0)
