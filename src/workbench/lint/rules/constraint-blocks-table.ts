import type { Constraint } from 'libpg-query'
import { constraintsOf, defaultOf } from '../column-parts.js'
import { type Alteration, alterationsOf } from '../file-state.js'
import { type LintedScript, placeOfName } from '../linted-script.js'
import { nodeAs, stringsOf } from '../nodes-of.js'
import { ProvenColumns } from '../proven-columns.js'
import type { Offence, Rule } from '../rule.js'

export const constraintBlocksTable: Rule = {
  id: 'constraint-blocks-table',
  why:
    'A constraint on a table that is there already reads all of its rows while nobody can write ' +
    'to it, or even read it.',
  instead:
    'Add it NOT VALID, which reads nothing, and VALIDATE CONSTRAINT in a migration of its own, ' +
    'which blocks nobody.',
  needsCatalog: false,
  *check({ migrations }) {
    const proven = new ProvenColumns()
    for (const { up, down } of migrations) {
      yield* offencesOf(up, proven)
      if (down) yield* offencesOf(down, new ProvenColumns(proven))
    }
  },
}

interface Known {
  readonly proven: ProvenColumns
  /** Constraints that the file itself added NOT VALID. */
  readonly pending: ReadonlySet<string>
}

/** Reads a file, and notes in `proven` what it proves. */
function* offencesOf(script: LintedScript, proven: ProvenColumns): Generator<Offence> {
  const pending = new Set<string>()
  const alterations = [...alterationsOf(script)]
  for (const statement of script.statements) {
    proven.create(statement.node)
    while (alterations[0]?.statement === statement) {
      const alteration = alterations.shift()!
      const { command, table, isFresh } = alteration
      const added = nodeAs(command.def, 'Constraint')
      if (added?.skip_validation && added.conname) pending.add(`${table}.${added.conname}`)
      if (!isFresh) yield* whatScans(script, alteration, { proven, pending })
      proven.alter(alteration)
    }
  }
}

function* whatScans(
  script: LintedScript,
  { command, statement, table }: Alteration,
  { proven, pending }: Known,
): Generator<Offence> {
  const { subtype, name = '' } = command
  const at = placeOfName(script, statement, name)
  if (subtype === 'AT_SetNotNull' && !proven.has(table, name)) {
    yield { script, at, ...readForNull(table, name) }
  }
  if (subtype === 'AT_ValidateConstraint' && pending.has(`${table}.${name}`)) {
    const message = `${name} was added by this file, whose lock on ${table} is held meanwhile.`
    yield { script, at, message, fix: 'VALIDATE CONSTRAINT in the next migration.' }
  }
  const column = subtype === 'AT_AddColumn' ? nodeAs(command.def, 'ColumnDef') : undefined
  const added = subtype === 'AT_AddConstraint' && nodeAs(command.def, 'Constraint')
  for (const constraint of added ? [added] : constraintsOf(column)) {
    const { contype, skip_validation, location = statement.start } = constraint
    if (skip_validation || constraint.is_enforced === false) continue
    const [notNull] = contype === 'CONSTR_NOTNULL' ? stringsOf(constraint.keys) : []
    if (notNull !== undefined && !proven.has(table, notNull)) {
      yield { script, at: location, ...readForNull(table, notNull) }
    }
    // A new column without a default has nothing that could refer to anywhere.
    const refersNowhere = column !== undefined && defaultOf(column) === undefined
    const scans = contype === 'CONSTR_CHECK' || (contype === 'CONSTR_FOREIGN' && !refersNowhere)
    if (scans) yield { script, at: location, message: messageOf(constraint, table) }
  }
}

function readForNull(
  table: string,
  column: string,
): { readonly message: string; readonly fix: string } {
  const fix =
    `ADD CONSTRAINT ... CHECK (${column} IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT in a ` +
    'migration of its own, and then SET NOT NULL, which believes the CHECK.'
  return {
    message: `Nobody can read or write ${table} while all of it is read for a NULL in ${column}.`,
    fix,
  }
}

function messageOf({ contype, pktable }: Constraint, table: string): string {
  return contype === 'CONSTR_CHECK'
    ? `Nobody can read or write ${table} while all of it is read for this CHECK.`
    : `Nobody can write to ${table} or ${pktable?.relname} while all of the former is checked.`
}
