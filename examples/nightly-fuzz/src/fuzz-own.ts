import { checkHistories, renderFailure } from 'driftpin/laws'
import { operations } from './operations.js'

// The seed is derived from the date, so that a failed night can be repeated in the morning. RUNS is
// the number of histories.
const { SEED, RUNS = '2000' } = process.env
const seed = Number(SEED ?? new Date().toISOString().slice(0, 10).replaceAll('-', ''))
console.log(`SEED=${seed}`)
console.debug = () => {}

const { failure, runs, engine } = await checkHistories({ seed, runs: Number(RUNS), operations })
if (failure) {
  console.error(renderFailure(failure))
  process.exitCode = 1
} else {
  console.log(`every law held over ${runs} histories on ${engine}`)
}
