/** `tidy` of `npm run check`: prints what is not in order, one line each; exits 1 if anything. */
import { checkProject, formatFinding } from './tidy-project.ts'

const findings = checkProject()
for (const finding of findings) process.stdout.write(`${formatFinding(finding)}\n`)
process.stdout.write(`${findings.length} findings\n`)
process.exitCode = findings.length === 0 ? 0 : 1
