import { type FileState, statementsInOrder } from '../file-changes.js'
import { type LintedScript, type LintedStatement, placeOfName } from '../linted-script.js'
import type { Rule } from '../rule.js'
import { droppedBy, nodeAs, nodesOf, tableKey } from '../syntax-tree.js'

export const destroysWithoutNote: Rule = {
  id: 'destroys-without-note',
  why:
    'The migration deletes data that its down cannot restore, and nothing in the file warns ' +
    'about it.',
  instead:
    'Add a comment that names the object and says what is lost, such as ' +
    '"-- destroys: users, with the history of logins".',
  *check({ scripts }) {
    for (const script of scripts) {
      const notes = notesOf(script)
      for (const { statement, state } of statementsInOrder(script)) {
        for (const { at, what, name } of lossesOf(script, statement, state)) {
          if (mentions(notes, name)) continue
          yield { script, at, message: `${what}, and no note in the file says so.` }
        }
      }
    }
  },
}

interface Loss {
  readonly at: number
  readonly what: string
  /** A note has to mention it. */
  readonly name: string
}

function* lossesOf(
  script: LintedScript,
  statement: LintedStatement,
  { made, added }: FileState,
): Generator<Loss> {
  const { node, start } = statement
  const place = (name: string) => placeOfName(script, statement, name)
  for (const kind of ['schema', 'table'] as const) {
    for (const { key, name } of droppedBy(
      node,
      kind === 'table' ? 'OBJECT_TABLE' : 'OBJECT_SCHEMA',
    )) {
      if (made.has(key)) continue
      yield { at: place(name), what: `This drops the ${kind} ${name} with all rows`, name }
    }
  }
  const isCascade = nodeAs(node, 'DropStmt')?.behavior === 'DROP_CASCADE'
  // An extension may have brought types.
  const types = droppedBy(node, 'OBJECT_TYPE', 'OBJECT_DOMAIN', 'OBJECT_EXTENSION')
  for (const { name } of isCascade ? types : []) {
    const what = `CASCADE drops every column of the type ${name} with it, wherever that is`
    yield { at: place(name), what, name }
  }
  const alter = nodeAs(node, 'AlterTableStmt')
  const table = tableKey(alter?.relation)
  for (const { subtype, name = '' } of nodesOf(alter?.cmds, 'AlterTableCmd')) {
    const isOwn = made.has(table) || added.has(`${table}.${name}`)
    if (subtype !== 'AT_DropColumn' || alter?.objtype !== 'OBJECT_TABLE' || isOwn) continue
    yield { at: place(name), what: `This drops the column ${name} of ${table}`, name }
  }
  for (const relation of nodeAs(node, 'TruncateStmt')?.relations ?? []) {
    const name = nodeAs(relation, 'RangeVar')?.relname ?? ''
    if (made.has(tableKey(nodeAs(relation, 'RangeVar')))) continue
    yield { at: place(name), what: `This empties ${name}`, name }
  }
  for (const { relation } of nodesOf(node, 'DeleteStmt')) {
    const name = relation?.relname ?? ''
    if (made.has(tableKey(relation))) continue
    yield { at: relation?.location ?? start, what: `This deletes rows of ${name}`, name }
  }
}

/** The text of every note, each with the comment lines that go on from it. */
function notesOf({ comments, source }: LintedScript): string[] {
  const notes: string[] = []
  let last = -1
  for (const { text, start, end } of comments) {
    const note = /^--\s*destroys:\s*(\S.*)$/i.exec(text)?.[1]
    const isNext = last >= 0 && /^\n[^\S\n]*$/.test(source.slice(last, start))
    const goesOn = isNext && !/^--\s*driftpin/.test(text)
    if (note !== undefined) notes.push(note)
    else if (goesOn) notes.push(`${notes.pop()} ${text}`)
    if (note !== undefined || goesOn) last = end
  }
  return notes
}

function mentions(notes: readonly string[], name: string): boolean {
  const words = (text: string) =>
    ` ${text
      .toLowerCase()
      .split(/[^\p{L}\p{N}_$]+/u)
      .join(' ')} `
  return notes.some((note) => words(note).includes(words(name)))
}
