import { Command } from 'commander'
import { exitCodes } from './command-error.js'
import { printStep, printSummary } from './demo/report.js'
import { helpText } from './options.js'
import { printJson } from './terminal.js'

/** `driftpin demo [DIR]`. `npm start` runs it, too. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('run the main use case and check every claim')
    .argument('[dir]', 'a project, which is only read (default: the shipped example)')
    .option('--json', 'print one JSON document')
    .action(async (directory: string | undefined, { json }: { json?: boolean }) => {
      // Loaded late, because it loads an engine.
      const { runDemo } = await import('./demo/run-demo.js')
      const report = await runDemo(directory, json ? () => {} : printStep)
      if (json) printJson(report)
      else printSummary(report, directory !== undefined)
      if (report.claimsFailed.length > 0) process.exitCode = exitCodes.failed
    })
    .addHelpText('after', helpText(['driftpin demo', 'driftpin demo ~/src/shop --json']))
}
