import { renderTable } from '../src/cli/table.ts'
import { allMutants } from '../test/property/mutants/all-mutants.ts'
import { type MutantOutcome, runMutant } from '../test/property/mutants/run-mutant.ts'

// Plants one defect after the other and tells which law caught it, and in which history. Ends with
// 1 when one survived. A word after the options names the mutants that have it in their names.

const [, , ...words] = process.argv
const isJson = words.includes('--json')
const named = words.filter((word) => word !== '--json').join(' ')

const chosen = allMutants.filter(({ name }) => name.includes(named))
if (chosen.length === 0) {
  console.error(`No mutant has ${JSON.stringify(named)} in its name.`)
  process.exit(2)
}

const lawOf = ({ law }: MutantOutcome) => (law ? `${law.number} ${law.name}` : null)

const outcomes: MutantOutcome[] = []
for (const mutant of chosen) {
  outcomes.push(await runMutant(mutant))
  if (process.stderr.isTTY) process.stderr.write(`\r${outcomes.length} of ${chosen.length}\r`)
}
const survivors = outcomes.filter(({ caught }) => !caught)

if (isJson) {
  const mutants = outcomes.map((one) => ({ ...one, law: lawOf(one) }))
  console.log(JSON.stringify({ mutants }, null, 2))
} else {
  const rows = outcomes.map((one) => [one.name, lawOf(one) ?? 'no', one.runs])
  console.log(renderTable({ columns: ['defect', 'caught by law', 'histories'], rows }))
  const count = outcomes.length - survivors.length
  console.log(`\n${count} of ${outcomes.length} mutants caught.`)
}
process.exitCode = survivors.length === 0 ? 0 : 1
