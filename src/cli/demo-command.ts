import { exitCodes } from './command-error.js'
import { defineCommand } from './define-command.js'
import { printStep, printSummary } from './demo/report.js'

/** `driftpin demo [DIR]`. `npm start` runs it, too. */
export const demoCommand = defineCommand({
  name: 'demo',
  description: 'run the main use case and check every claim',
  options: (command) =>
    command
      .argument('[dir]', 'a project, which is only read (default: the shipped example)')
      .option('--json', 'print one JSON document'),
  examples: ['driftpin demo', 'driftpin demo ~/src/shop --json'],
  run: async (directory, { json }) => {
    // Loaded late, because it loads an engine.
    const { runDemo } = await import('./demo/run-demo.js')
    const report = await runDemo(directory, json ? () => {} : printStep)
    if (report.claimsFailed.length > 0) process.exitCode = exitCodes.failed
    return { json: report, text: () => printSummary(report, directory !== undefined) }
  },
})
