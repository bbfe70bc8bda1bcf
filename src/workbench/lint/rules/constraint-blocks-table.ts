import type { Constraint } from 'libpg-query'
import { constraintsOf, defaultOf } from '../column-parts.js'
import { type Alteration, alterationsOf } from '../file-state.js'
import type { LintedFolder } from '../linted-folder.js'
import { type LintedScript, placeOfName } from '../linted-script.js'
import { nodeAs, nodesOf, stringsOf } from '../nodes-of.js'
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
  *check(folder) {
    const proven = provenNotNull(folder)
    for (const script of folder.scripts) {
      const pending = new Set<string>()
      for (const alteration of alterationsOf(script)) {
        const { command, table, isFresh } = alteration
        const added = nodeAs(command.def, 'Constraint')
        if (added?.skip_validation && added.conname) pending.add(`${table}.${added.conname}`)
        if (isFresh) continue
        yield* whatScans(script, alteration, { proven, pending })
      }
    }
  },
}

interface Known {
  /** Columns with a CHECK that they are not NULL, as `table.column`. */
  readonly proven: ReadonlySet<string>
  /** Constraints that the file itself added NOT VALID. */
  readonly pending: ReadonlySet<string>
}

function* whatScans(
  script: LintedScript,
  { command, statement, table }: Alteration,
  { proven, pending }: Known,
): Generator<Offence> {
  const { subtype, name = '' } = command
  const at = placeOfName(script, statement, name)
  if (subtype === 'AT_SetNotNull' && !proven.has(`${table}.${name}`)) {
    const why = `while all of it is read for a NULL in ${name}`
    const message = `Nobody can read or write ${table} ${why}.`
    const fix =
      `ADD CONSTRAINT ... CHECK (${name} IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT in a ` +
      'migration of its own, and then SET NOT NULL, which believes the CHECK.'
    yield { script, at, message, fix }
  }
  if (subtype === 'AT_ValidateConstraint' && pending.has(`${table}.${name}`)) {
    const message = `${name} was added by this file, whose lock on ${table} is held meanwhile.`
    yield { script, at, message, fix: 'VALIDATE CONSTRAINT in the next migration.' }
  }
  const column = subtype === 'AT_AddColumn' ? nodeAs(command.def, 'ColumnDef') : undefined
  const added = subtype === 'AT_AddConstraint' && nodeAs(command.def, 'Constraint')
  for (const constraint of added ? [added] : constraintsOf(column)) {
    const { contype, skip_validation, location = statement.start } = constraint
    // A new column without a default has nothing that could refer to anywhere.
    const refersNowhere = column !== undefined && defaultOf(column) === undefined
    const scans = contype === 'CONSTR_CHECK' || (contype === 'CONSTR_FOREIGN' && !refersNowhere)
    if (!scans || skip_validation || constraint.is_enforced === false) continue
    yield { script, at: location, message: messageOf(constraint, table) }
  }
}

function messageOf({ contype, pktable }: Constraint, table: string): string {
  return contype === 'CONSTR_CHECK'
    ? `Nobody can read or write ${table} while all of it is read for this CHECK.`
    : `Nobody can write to ${table} or ${pktable?.relname} while all of the former is checked.`
}

/** The columns that a CHECK of the folder holds to be not NULL, whatever it is called. */
function provenNotNull({ migrations }: LintedFolder): ReadonlySet<string> {
  const proven = new Set<string>()
  for (const { up } of migrations) {
    for (const { table, command } of alterationsOf(up)) {
      const check = nodeAs(command.def, 'Constraint')
      if (check?.contype !== 'CONSTR_CHECK' || !check.skip_validation) continue
      for (const { arg, nulltesttype } of nodesOf(check.raw_expr, 'NullTest')) {
        const column = stringsOf(nodeAs(arg, 'ColumnRef')?.fields).at(-1)
        if (nulltesttype === 'IS_NOT_NULL') proven.add(`${table}.${column}`)
      }
    }
  }
  return proven
}
