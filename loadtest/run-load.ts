/**
 * `npm run load -- --scenario X`: a server on one core, bots on the others, a report at the end.
 * With `--url U [--ops-url M]` another server is loaded instead; without M its figures are left
 * out. Ends what it started, whatever happens; exit code 1 when a budget failed, 78 for a wrong
 * option.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

import { createReport, type LoadReport } from './load-report.ts'
import { LoadProgress } from './load-progress.ts'
import { LoadSession } from './load-session.ts'
import { formatNumber } from './line-plot.ts'
import { renderReportPage } from './report-page.ts'
import { listScenarios, loadScenario, ScenarioError, type Scenario } from './scenario.ts'

const EXIT_WRONG_OPTION = 78
const REPORT_FOLDER = 'loadtest/reports'

const USAGE = `npm run load -- --scenario NAME [options]
  --scenario NAME  ${listScenarios().join(', ')}
  --duration S     measured seconds, instead of the scenario's
  --bots F,L       full and lean bots, instead of the scenario's
  --seed N         seed of the bots' dice (1)
  --url U          load the server at U instead of starting one
  --ops-url M      its ops address, for tick times; left out = no server figures
  --json FILE      write the figures there
  --html FILE      write the page there (loadtest/reports/NAME.html; - = none)
`

interface LoadOptions {
  readonly scenario: Scenario
  readonly seed: number
  readonly url: string | undefined
  readonly opsUrl: string | undefined
  readonly jsonFile: string | undefined
  readonly htmlFile: string
}

/** Reads the command line; a sentence when it is wrong. */
function parseOptions(args: readonly string[]): LoadOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        scenario: { type: 'string' },
        duration: { type: 'string' },
        bots: { type: 'string' },
        seed: { type: 'string', default: '1' },
        url: { type: 'string' },
        'ops-url': { type: 'string' },
        json: { type: 'string' },
        html: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help || values.scenario === undefined) return USAGE
    const { duration, bots } = values
    return {
      scenario: overrideScenario(loadScenario(values.scenario), { duration, bots }),
      seed: Number(values.seed) || 1,
      url: values.url,
      opsUrl: values['ops-url'],
      jsonFile: values.json,
      htmlFile: values.html ?? join(REPORT_FOLDER, `${values.scenario}.html`),
    }
  } catch (error) {
    const usage = error instanceof ScenarioError ? '' : USAGE
    return `load: ${(error as Error).message}\n${usage}`
  }
}

function overrideScenario(
  scenario: Scenario,
  given: { duration: string | undefined; bots: string | undefined },
): Scenario {
  const durationSec = given.duration === undefined ? scenario.durationSec : Number(given.duration)
  if (!(durationSec >= 1 && durationSec <= 86_400)) {
    throw new ScenarioError('--duration is 1 to 86400 seconds.')
  }
  if (given.bots === undefined) return { ...scenario, durationSec }
  const match = /^(\d{1,4}),(\d{1,4})$/.exec(given.bots)
  if (match === null) throw new ScenarioError('--bots is two numbers such as 20,80.')
  return { ...scenario, durationSec, fullBots: Number(match[1]), leanBots: Number(match[2]) }
}

async function runLoad(options: LoadOptions): Promise<void> {
  const progress = new LoadProgress({
    isTerminal: process.stdout.isTTY,
    write: (text) => void process.stdout.write(text),
  })
  const session = new LoadSession({ ...options, progress })
  process.on('SIGINT', () => session.cut('stopped by hand'))
  process.on('SIGTERM', () => session.cut('stopped by hand'))
  const report = createReport(await session.run())
  printReport(report, progress)
  const { jsonFile, htmlFile } = options
  if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(report.rows, null, 1)}\n`)
  if (htmlFile !== '-') {
    mkdirSync(dirname(htmlFile), { recursive: true })
    writeFileSync(htmlFile, renderReportPage(report))
    progress.say(`The page with all plots is ${htmlFile}.`)
  }
  process.exitCode = report.passed ? 0 : 1
}

function printReport({ rows, isVoid, isDisturbed, run }: LoadReport, progress: LoadProgress): void {
  progress.say('')
  for (const row of rows) {
    const budget =
      row.budget === null
        ? ''
        : `${row.better === 'lower' ? '<=' : '>='} ${formatNumber(row.budget)}${row.pass ? '' : '  BROKEN'}`
    const name = row.name.padEnd(48)
    progress.say(`${name} ${formatNumber(row.value).padStart(9)} ${row.unit.padEnd(8)} ${budget}`)
  }
  for (const [code, count] of run.to.crowd.joinFailures) {
    progress.say(`joins refused: ${count} × ${code}`)
  }
  for (const [reason, count] of run.to.crowd.disconnects) {
    progress.say(`connections lost: ${count} × ${reason}`)
  }
  if (isVoid)
    progress.say('VOID: the bots needed more than 0.7 of their core; nothing here counts.')
  if (isDisturbed) {
    progress.say(
      'DISTURBED: other programs used the core of the server; judge no times by this run.',
    )
  }
  if (run.cutShort !== undefined) progress.say(`Cut short: ${run.cutShort}.`)
}

const options = parseOptions(process.argv.slice(2))
if (typeof options === 'string') {
  process.stderr.write(options)
  process.exitCode = options === USAGE ? 0 : EXIT_WRONG_OPTION
} else {
  await runLoad(options).catch((error: unknown) => {
    process.stderr.write(`load: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  })
}
