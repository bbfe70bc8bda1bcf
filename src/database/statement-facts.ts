import { type ScriptStatement, splitStatements } from './split-statements.js'

/**
 * The possible effects of a statement in addition to returning rows. A missing fact does not hold.
 * A fact that is present may still not occur, because the text does not show everything.
 */
export interface StatementFacts {
  /** It begins or ends a transaction, sets a savepoint, or rolls back to one. */
  readonly transaction?: 'begin' | 'end' | 'savepoint' | 'rewind'
  /** It may change the state of the session. */
  readonly changesSession?: true
  /** It runs code that its text does not show. */
  readonly runsCode?: true
  /** It may create, change or drop functions. */
  readonly changesFunctions?: true
  /** It may take or release advisory locks. */
  readonly touchesLocks?: true
  /** It reads a value that a sequence returned to this session. */
  readonly readsSequence?: true
  /** It sets the user of the session, or resets it to the first one. */
  readonly user?: 'set' | 'reset'
  readonly listening?: 'listen' | 'unlisten'
  /** PostgreSQL refuses it in a transaction, apart from rare options. */
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

/** Facts by the first words of a statement: the longest entry that matches counts. */
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

/** Facts by a word anywhere in a statement. */
const byWord: ReadonlyMap<string, StatementFacts> = new Map<string, StatementFacts>([
  ['set_config', session],
  ['temp', session],
  ['temporary', session],
  ['pg_temp', session],
  ['currval', { readsSequence: true }],
  ['lastval', { readsSequence: true }],
  // These run SQL from a string.
  ['query_to_xml', code],
  ['query_to_xmlschema', code],
  ['query_to_xml_and_xmlschema', code],
  ['ts_stat', code],
  ['ts_rewrite', code],
])

const definitions = ['create', 'alter', 'drop']
const withFunctions = ['function', 'procedure', 'routine', 'aggregate', 'extension', 'schema']

/** The facts of a statement, according to its words. */
function factsOfStatement(statement: ScriptStatement): StatementFacts {
  const { words } = statement
  const keywords = keywordsOf(statement)
  const facts: Record<string, unknown> = {}
  for (let length = Math.min(words.length, beginningLengthMax); length > 0; length--) {
    const found = byBeginning.get(keywords.slice(0, length).join(' '))
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
  const [first] = keywords
  const isOfAll = first === 'cluster' && keywords.slice(1).every((word) => word === 'verbose')
  if (isOfAll || (first === 'reindex' && isWideReindex(keywords)) || detaches(keywords)) {
    facts.outsideTransaction = true
  }
  return facts
}

/** The words of a statement, in which a name in double quotes is only a quote. */
const keywordsOf = ({ text, offset, words, wordOffsets }: ScriptStatement): readonly string[] =>
  text.includes('"')
    ? words.map((word, at) => (text[wordOffsets[at]! - offset] === '"' ? '"' : word))
    : words

const isWideReindex = (keywords: readonly string[]): boolean => {
  // An option may name the tablespace `system`.
  const kind = keywords.find(
    (word, at) =>
      /^(?:index|table|schema|database|system)$/.test(word) && keywords[at - 1] !== 'tablespace',
  )
  return keywords.includes('concurrently') || /^(?:schema|database|system)$/.test(kind ?? '')
}

const detaches = (keywords: readonly string[]): boolean =>
  keywords[0] === 'alter' && keywords.includes('detach') && keywords.at(-1) === 'concurrently'

/** A text of SQL, statement by statement. */
export interface SqlFacts {
  readonly statements: readonly (ScriptStatement & { readonly facts: StatementFacts })[]
  /** The facts of all statements; for different values, that of the last statement. */
  readonly any: StatementFacts
}

/** Most texts are short and sent repeatedly. Of the long ones, only the last is kept. */
const known = new Map<string, SqlFacts>()
let lastLong: { readonly sql: string; readonly facts: SqlFacts } | undefined
const knownMax = 1000
const knownLengthMax = 4000

/** The facts of the statements of a text. */
export function factsOf(sql: string): SqlFacts {
  const found = lastLong?.sql === sql ? lastLong.facts : known.get(sql)
  if (found) return found
  const statements = splitStatements(sql).map((one) => ({ ...one, facts: factsOfStatement(one) }))
  const any: StatementFacts = Object.assign({}, ...statements.map(({ facts }) => facts))
  // With standard_conforming_strings off, a string may end elsewhere.
  const facts = sql.includes("\\'")
    ? { statements, any: { ...any, ...ambiguous(sql) } }
    : { statements, any }
  if (sql.length <= knownLengthMax) {
    if (known.size >= knownMax) known.clear()
    known.set(sql, facts)
  } else lastLong = { sql, facts }
  return facts
}

const ambiguous = (sql: string): StatementFacts =>
  sql.toLowerCase().includes('advisory') ? { ...code, touchesLocks: true } : code

/** The name of a prepared statement in an EXECUTE or DEALLOCATE, and its place in the script. */
interface PreparedName {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly isDeallocated: boolean
}

/** The names of prepared statements that the EXECUTE and DEALLOCATE commands of a text contain. */
export function preparedNamesIn(sql: string): PreparedName[] {
  return factsOf(sql).statements.flatMap(({ words, wordOffsets }) => {
    const isDeallocated = words[0] === 'deallocate'
    if (!isDeallocated && words[0] !== 'execute') return []
    const at = isDeallocated && words[1] === 'prepare' && words.length > 2 ? 2 : 1
    const [name, start] = [words[at], wordOffsets[at]]
    if (name === undefined || start === undefined) return []
    const written = sql[start] === '"' ? `"${name.replaceAll('"', '""')}"` : name
    return [{ name, start, end: start + written.length, isDeallocated }]
  })
}

/** A setting with a dot in its name, which SQL creates by setting it. */
const dotted = '[a-z_][\\w$]*(?:\\.[a-z_][\\w$]*)+'
const anyDotted = new RegExp(`\\b${dotted}`, 'g')
const setDotted = new RegExp(
  `(?:set_config\\s*\\(\\s*'|\\bset\\s+(?:session\\s+)?)(${dotted})`,
  'g',
)

/**
 * The names with a dot that a text sets. The names inside strings are included, which SQL that runs
 * SQL needs: the words of a statement do not contain them.
 */
export const settingsSetIn = (sql: string): string[] =>
  [...unquoted(sql).matchAll(setDotted)].map(([, name]) => name!)

const unquoted = (sql: string) => sql.toLowerCase().replaceAll('"', '')

/**
 * Names with a dot that may be settings: first those that the text sets, since most of the others
 * are columns.
 */
export const settingNamesIn = (sql: string): string[] => [
  ...new Set([...settingsSetIn(sql), ...(unquoted(sql).match(anyDotted) ?? [])]),
]

/** The savepoint that a statement sets or rolls back to. */
export const savepointOf = ({ words }: ScriptStatement): string => words.at(-1) ?? ''

/** A LISTEN or UNLISTEN; without a channel, for all channels. */
export interface ListenCommand {
  readonly kind: 'listen' | 'unlisten'
  readonly channel: string | undefined
}

/** The LISTEN and UNLISTEN commands of a text, in order. */
export function listenCommandsIn(sql: string): ListenCommand[] {
  return factsOf(sql).statements.flatMap(({ words, facts: { listening } }) =>
    listening ? [{ kind: listening, channel: words[0] === 'discard' ? undefined : words[1] }] : [],
  )
}

/** Whether a statement begins or ends a transaction; rolling back to a savepoint does neither. */
export function controlsTransaction(statement: ScriptStatement): boolean {
  const { transaction } = factsOfStatement(statement)
  return transaction === 'begin' || transaction === 'end'
}

/**
 * Whether a statement ends its transaction. COMMIT AND CHAIN begins another one, and COMMIT
 * PREPARED ends that of another session.
 */
export const endsTransaction = (statement: ScriptStatement): boolean =>
  factsOfStatement(statement).transaction === 'end' &&
  statement.words.at(-2) !== 'and' &&
  statement.words[1] !== 'prepared'

/** Whether a text may leave state in its session, or creates a function that may. */
export const leavesOpen = (sql: string): boolean =>
  factsOf(sql).any.changesSession === true ||
  factsOf(sql).statements.some(
    ({ words, facts }) =>
      facts.transaction === 'begin' || (facts.changesFunctions && words[0] === 'create'),
  )

/** Whether a text contains one of these keywords or names, outside of strings and comments. */
export const containsWord = (sql: string, words: ReadonlySet<string>): boolean =>
  words.size > 0 && factsOf(sql).statements.some((one) => one.words.some((word) => words.has(word)))

export const runsOutsideTransaction = (statement: ScriptStatement): boolean =>
  factsOfStatement(statement).outsideTransaction === true

export const beginsTransaction = (statement: ScriptStatement): boolean =>
  factsOfStatement(statement).transaction === 'begin'

/** The statements without an enclosing BEGIN and COMMIT, which a runner sends itself. */
export function withoutWrapping(
  statements: readonly ScriptStatement[],
): readonly ScriptStatement[] {
  const [first, last] = [statements[0], statements.at(-1)]
  if (!first || !last || !beginsTransaction(first)) return statements
  return ['commit', 'end'].includes(last.words[0] ?? '') ? statements.slice(1, -1) : statements
}
