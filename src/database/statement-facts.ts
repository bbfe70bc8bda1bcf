import { type ScriptStatement, splitStatements } from './split-statements.js'

/**
 * What a statement may do beside answering rows. A fact that is missing does not hold; a fact that
 * is there may not come true, since a text does not show everything.
 */
export interface StatementFacts {
  /** It begins or ends a transaction, sets a savepoint, or goes back to one. */
  readonly transaction?: 'begin' | 'end' | 'savepoint' | 'rewind'
  /** It may leave the session other than it was. */
  readonly changesSession?: true
  /** It runs code that its text does not show. */
  readonly runsCode?: true
  /** It may create, change or drop functions. */
  readonly changesFunctions?: true
  /** It may take advisory locks, or give up those that are held. */
  readonly touchesLocks?: true
  /** It asks for a value that a sequence has given to this session. */
  readonly readsSequence?: true
  /** It sets the user of the session, or goes back to the user that it began with. */
  readonly user?: 'set' | 'reset'
  readonly listening?: 'listen' | 'unlisten'
  /** PostgreSQL always refuses it in a transaction. */
  readonly outsideTransaction?: true
  /** It creates, renames, moves or drops a database. */
  readonly managesDatabases?: true
  readonly copiesFromStdin?: true
  /** It is a COPY from or to a program of the machine. */
  readonly runsProgram?: true
}

const begin = { transaction: 'begin' } as const
const end = { transaction: 'end' } as const
const rollback = { transaction: 'end', changesFunctions: true } as const
const rewind = { transaction: 'rewind', changesFunctions: true } as const
const session = { changesSession: true } as const
const code = { changesSession: true, runsCode: true, changesFunctions: true } as const
const locks = { changesSession: true, touchesLocks: true } as const
const setUser = { changesSession: true, user: 'set' } as const
const resetUser = { changesSession: true, user: 'reset' } as const
const outside = { outsideTransaction: true } as const
const databases = { ...outside, managesDatabases: true } as const

/** By the words that a statement begins with: the longest entry that fits counts. */
const byBeginning: ReadonlyMap<string, StatementFacts> = new Map<string, StatementFacts>([
  ['begin', begin],
  ['start transaction', begin],
  ['commit', end],
  ['end', end],
  ['prepare transaction', end],
  ['abort', rollback],
  ['rollback', rollback],
  ['rollback to', rewind],
  ['rollback work to', rewind],
  ['rollback transaction to', rewind],
  ['savepoint', { transaction: 'savepoint' }],
  ['set', session],
  ['set local', {}],
  ['set transaction', {}],
  ['set constraints', {}],
  ['set session authorization', setUser],
  ['set session authorization default', resetUser],
  ['reset', session],
  ['reset session authorization', resetUser],
  ['discard', session],
  ['discard all', { ...outside, ...locks, ...resetUser, listening: 'unlisten' }],
  ['listen', { ...session, listening: 'listen' }],
  ['unlisten', { ...session, listening: 'unlisten' }],
  ['prepare', session],
  ['execute', session],
  ['deallocate', session],
  ['declare', session],
  ['load', session],
  ['do', code],
  ['call', code],
  ['create database', databases],
  ['drop database', databases],
  ['create tablespace', outside],
  ['drop tablespace', outside],
  ['create subscription', outside],
  ['drop subscription', outside],
  ['create index concurrently', outside],
  ['create unique index concurrently', outside],
  ['drop index concurrently', outside],
  ['vacuum', outside],
  ['alter system', outside],
])

const beginningLengthMax = 4

/** By a word anywhere in a statement. */
const byWord: ReadonlyMap<string, StatementFacts> = new Map<string, StatementFacts>([
  ['set_config', session],
  ['temp', session],
  ['temporary', session],
  ['pg_temp', session],
  ['currval', { readsSequence: true }],
  ['lastval', { readsSequence: true }],
  // These run SQL that they are given as a string.
  ['query_to_xml', code],
  ['query_to_xmlschema', code],
  ['query_to_xml_and_xmlschema', code],
  ['ts_stat', code],
  ['ts_rewrite', code],
])

const definitions = ['create', 'alter', 'drop']
const withFunctions = ['function', 'procedure', 'routine', 'aggregate', 'extension', 'schema']

/** What a statement may do, by its words. */
function factsOfStatement({ words }: Pick<ScriptStatement, 'words'>): StatementFacts {
  const facts: Record<string, unknown> = {}
  for (let length = Math.min(words.length, beginningLengthMax); length > 0; length--) {
    const found = byBeginning.get(words.slice(0, length).join(' '))
    if (!found) continue
    Object.assign(facts, found)
    break
  }
  const isDefinition = definitions.includes(words[0] ?? '')
  for (const word of words) {
    const found = word.includes('advisory') ? locks : byWord.get(word)
    if (found) Object.assign(facts, found)
    if (isDefinition && withFunctions.includes(word)) facts.changesFunctions = true
  }
  const follows = (first: string, ...seconds: readonly string[]) =>
    words.some((word, at) => word === first && seconds.includes(words[at + 1] ?? ''))
  if (words[0] === 'copy') {
    if (follows('from', 'stdin')) facts.copiesFromStdin = true
    if (follows('from', 'program') || follows('to', 'program')) facts.runsProgram = true
  }
  if (words[0] === 'alter' && words[1] === 'database') {
    if (follows('set', 'tablespace')) Object.assign(facts, databases)
    if (follows('rename', 'to')) facts.managesDatabases = true
  }
  const isOfAll = words[0] === 'cluster' && words.length === 1
  if (isOfAll || (words[0] === 'reindex' && isWideReindex(words)) || detaches(words)) {
    facts.outsideTransaction = true
  }
  return facts
}

const isWideReindex = (words: readonly string[]): boolean =>
  words.includes('concurrently') ||
  ['schema', 'database', 'system'].includes(
    words.find((word) => /^(?:index|table|schema|database|system)$/.test(word)) ?? '',
  )

const detaches = (words: readonly string[]): boolean =>
  words[0] === 'alter' && words.includes('detach') && words.at(-1) === 'concurrently'

/** A text of SQL, statement by statement. */
export interface SqlFacts {
  readonly statements: readonly (ScriptStatement & { readonly facts: StatementFacts })[]
  /** What any of the statements may do; where they say different things, what the last one does. */
  readonly any: StatementFacts
}

/** Texts are sent again and again, and most are short. */
const known = new Map<string, SqlFacts>()
const knownMax = 1000
const knownLengthMax = 4000

/** What the statements of a text may do. */
export function factsOf(sql: string): SqlFacts {
  const found = known.get(sql)
  if (found) return found
  const statements = splitStatements(sql).map((one) => ({ ...one, facts: factsOfStatement(one) }))
  const any: StatementFacts = Object.assign({}, ...statements.map(({ facts }) => facts))
  // A string may end elsewhere where standard_conforming_strings is off.
  const facts = sql.includes("\\'")
    ? { statements, any: { ...any, ...ambiguous(sql) } }
    : { statements, any }
  if (sql.length <= knownLengthMax) {
    if (known.size >= knownMax) known.clear()
    known.set(sql, facts)
  }
  return facts
}

const ambiguous = (sql: string): StatementFacts =>
  sql.toLowerCase().includes('advisory') ? { ...code, touchesLocks: true } : code

/** The savepoint that a statement sets or goes back to. */
export const savepointOf = ({ words }: ScriptStatement): string => words.at(-1) ?? ''

/** What a statement says of listening; without a channel, of all channels. */
export interface ListenCommand {
  readonly kind: 'listen' | 'unlisten'
  readonly channel: string | undefined
}

/** The commands of a text that begin or end listening, in their order. */
export function listenCommandsIn(sql: string): ListenCommand[] {
  return factsOf(sql).statements.flatMap(({ words, facts: { listening } }) =>
    listening ? [{ kind: listening, channel: words[0] === 'discard' ? undefined : words[1] }] : [],
  )
}

/** Whether a statement begins or ends a transaction; going back to a savepoint does neither. */
export function controlsTransaction(statement: ScriptStatement): boolean {
  const { transaction } = factsOfStatement(statement)
  return transaction === 'begin' || transaction === 'end'
}

/** Whether a text may leave something open in its session, or defines what may do so. */
export const leavesOpen = (sql: string): boolean =>
  factsOf(sql).any.changesSession === true ||
  factsOf(sql).statements.some(
    ({ words, facts }) =>
      facts.transaction === 'begin' || (facts.changesFunctions && words[0] === 'create'),
  )

export const runsOutsideTransaction = (statement: ScriptStatement): boolean =>
  factsOfStatement(statement).outsideTransaction === true

export const beginsTransaction = (statement: ScriptStatement): boolean =>
  factsOfStatement(statement).transaction === 'begin'

/** The statements without a BEGIN before and a COMMIT behind them, which a runner sends itself. */
export function withoutWrapping(
  statements: readonly ScriptStatement[],
): readonly ScriptStatement[] {
  const [first, last] = [statements[0], statements.at(-1)]
  if (!first || !last || !beginsTransaction(first)) return statements
  return /^(commit|end)$/.test(last.words[0] ?? '') ? statements.slice(1, -1) : statements
}
