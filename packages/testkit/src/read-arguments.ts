/**
 * Arguments of a program: what `parseArgs` of Node reads, and for whoever mistypes one a line that
 * says so and how it is meant, with exit code 2, in place of a stack. `--help` says how it is
 * meant.
 */
import { parseArgs } from 'node:util'
import type { ParseArgsConfig } from 'node:util'

/** Reads them; ends the process when they are wrong, or when help was asked for. */
export function readArguments<T extends ParseArgsConfig>(config: T, usage: string) {
  const args = config.args ?? process.argv.slice(2)
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`)
    process.exit(0)
  }
  try {
    return parseArgs({ ...config, args })
  } catch (error) {
    // The first sentence: what follows it is advice about the syntax of arguments.
    const [why] = (error instanceof Error ? error.message : String(error)).split('. ')
    process.stderr.write(`${why}\n${usage}\n`)
    return process.exit(2)
  }
}
