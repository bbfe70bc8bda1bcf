import { Command } from 'commander'
import { exitCodes } from './command-error.js'
import { printStep, printSummary } from './demo/print-step.js'
import { printJson } from './print-json.js'

/** `driftpin demo [DIR]`, which is also what `npm start` runs. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('run the main job, and check every claim')
    .argument('[dir]', 'a project of yours, only read; the shipped example by default')
    .option('--json', 'print one JSON document')
    .action(async (directory: string | undefined, { json }: { json?: boolean }) => {
      // Loaded here, so that no other command pays for an engine that it does not use.
      const { runDemo } = await import('./demo/run-demo.js')
      const report = await runDemo(directory, json ? () => {} : printStep)
      if (json) printJson(report)
      else printSummary(report, directory !== undefined)
      if (report.claimsFailed.length > 0) process.exitCode = exitCodes.failed
    })
    .addHelpText('after', '\nExamples:\n  driftpin demo\n  driftpin demo ~/src/shop --json')
}
