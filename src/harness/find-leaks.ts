import {
  callSite,
  containsWord,
  type FoundState,
  factsOf,
  queueOf,
  settingNamesIn,
} from '../database/index.js'
import {
  type Begun,
  readOwnState,
  readSetterFunctions,
  type SetterFunction,
  type TestInstance,
} from '../pglite/index.js'

/** The state of a session before its first test. */
export interface SessionStart extends FoundState {
  readonly functions: readonly SetterFunction[]
}

/** Reads the state from an instance in which no transaction is open. */
export async function readSessionStart({ pglite }: TestInstance): Promise<SessionStart> {
  const functions = await readSetterFunctions(pglite)
  const names = functions.flatMap(({ body }) => settingNamesIn(body))
  return { ...(await readOwnState(pglite, names)), functions }
}

/**
 * Finds what a test left open or changed: an open transaction, a query in flight, a LISTEN, an
 * advisory lock, a setting or a role. Each is reported with the line of code, if a statement shows
 * it.
 *
 * @param before The state of the session when the test began.
 */
export async function findLeaks(instance: TestInstance, before: SessionStart): Promise<string[]> {
  const { inFlight } = instance.watch
  // Copied, because the statements below are watched as well.
  const openers = [...instance.watch.openers]
  // A transaction of PGlite is in flight for as long as its callback runs.
  const running = [...inFlight].map((begun) =>
    leak(
      begun.text === 'BEGIN' ? 'an open transaction' : `a query in flight: ${begun.text}`,
      begun,
    ),
  )
  if (running.length > 0) return running
  if (queueOf(instance.pglite).isHeld) return ['a session of withSession() that did not end']
  if (instance.pglite.isInTransaction()) {
    const beginsOne = ({ text }: Begun) =>
      factsOf(text).statements.some(({ facts }) => facts.transaction === 'begin')
    return [leak('an open transaction', openers.findLast(beginsOne))]
  }
  const { functions } = before
  const setters = new Set(functions.map(({ name }) => name))
  // Reading the session takes longer than a rewind, and most tests do not need it.
  if (openers.length === 0 && functions.length === 0) return []
  const texts = [...openers.map(({ text }) => text), ...functions.map(({ body }) => body)]
  const now = await readOwnState(instance.pglite, texts.flatMap(settingNamesIn))
  const by = (mayLeave: (words: readonly string[]) => boolean) => {
    const leaves = (text: string) => factsOf(text).statements.some(({ words }) => mayLeave(words))
    const callers = new Set(functions.filter(({ body }) => leaves(body)).map(({ name }) => name))
    return (
      openers.findLast(({ text }) => leaves(text)) ??
      openers.findLast(({ text }) => containsWord(text, callers)) ??
      openers.findLast(({ text }) => factsOf(text).any.runsCode) ??
      // The body of a function may hide it in a string.
      openers.findLast(({ text }) => containsWord(text, setters))
    )
  }
  const leaks: string[] = []
  for (const channel of now.channels.filter((one) => !before.channels.includes(one))) {
    leaks.push(
      leak(
        `a LISTEN on ${channel}`,
        by((words) => words.includes('listen')),
      ),
    )
  }
  if (now.advisoryLocks > before.advisoryLocks) {
    leaks.push(leak('an advisory lock', by(callsLock)))
  }
  for (const [name, value] of now.settings) {
    if (before.settings.get(name) === value) continue
    leaks.push(leak(`the setting ${name} = ${value}`, by(setterOf(name))))
  }
  return leaks
}

const callsLock = (words: readonly string[]) => words.some((word) => word.includes('advisory'))

/** Settings that a statement of their own sets, with other words than their names. */
const ownWords: Readonly<Record<string, string>> = {
  timezone: 'time zone',
  session_authorization: 'session authorization',
}

function setterOf(setting: string): (words: readonly string[]) => boolean {
  const name = setting.toLowerCase()
  // The words of a name with a dot are its parts.
  const spellings = [name.split('.'), ownWords[name]?.split(' ') ?? []]
  return (words) =>
    words.includes('set_config') ||
    (words.includes('set') &&
      spellings.some((parts) => parts.length > 0 && parts.every((part) => words.includes(part))))
}

function leak(what: string, begun: Begun | undefined): string {
  return begun ? `${what}, by\n${callSite(begun.at, 1)}` : what
}
