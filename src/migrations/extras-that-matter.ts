import type {
  ManifestColumn,
  ManifestConstraint,
  ManifestIndex,
  ManifestTable,
} from '../schema/index.js'
import { columnText } from './manifest-entries.js'

/** Something that was added to a table of ours, and what that changes for the code. */
export interface Extra {
  readonly object: string
  readonly text: string
  readonly why: string
}

/**
 * What somebody added to a table of ours that changes what the code relies on. Anything that can
 * only be slower or hold more is none: a column that fills itself, an index, a trigger that runs
 * after the row is written, a key to a table of somebody else's.
 *
 * @param ours The names of all tables of ours.
 */
export function extrasThatMatter(
  expected: ManifestTable,
  actual: ManifestTable,
  ours: ReadonlySet<string>,
): Extra[] {
  const known = new Set(expected.columns.map(({ name }) => name))
  const isOurs = ({ columns }: { readonly columns: readonly string[] }) =>
    columns.some((column) => known.has(column))
  const keys = expected.constraints.filter(
    ({ kind }) => kind === 'primary key' || kind === 'unique',
  )
  // What holds for a part of its columns holds for all of them.
  const isImplied = ({ columns }: { readonly columns: readonly string[] }) =>
    keys.some((key) => key.columns.every((column) => columns.includes(column)))
  const of = actual.name
  const constraints = added(expected.constraints, actual.constraints)
  const indexes = added(expected.indexes, actual.indexes).filter(
    ({ name }) => !constraints.some((constraint) => constraint.name === name),
  )
  return [
    ...added(expected.columns, actual.columns)
      .filter(mustBeGiven)
      .map((column) => ({
        object: `column ${of}.${column.name}`,
        text: columnText(column),
        why: 'an INSERT of the code has no value for it, and fails',
      })),
    ...constraints
      .map((constraint) => ({ constraint, why: whyConstraint(constraint, ours) }))
      .filter(({ constraint, why }) => why && isOurs(constraint))
      .filter(({ constraint }) => constraint.kind !== 'unique' || !isImplied(constraint))
      .map(({ constraint, why }) => ({
        object: `constraint ${constraint.name} of ${of}`,
        text: constraint.definition,
        why: why!,
      })),
    ...indexes
      .filter((index) => index.unique && (isOurs(index) || index.columns.length === 0))
      .filter((index) => !isImplied(index))
      .map((index: ManifestIndex) => ({
        object: `index ${index.name}`,
        text: index.definition,
        why: refuses,
      })),
    ...added(expected.triggers, actual.triggers)
      .filter(({ definition }) => mayChangeRow(definition))
      .map((trigger) => ({
        object: `trigger ${trigger.name} of ${of}`,
        text: trigger.definition,
        why: 'it may change or refuse a row that the code writes',
      })),
    ...added(expected.policies, actual.policies)
      .filter(() => actual.rowSecurity !== 'off')
      .map((policy) => ({
        object: `policy ${policy.name} of ${of}`,
        text: policy.definition,
        why: 'it changes which rows the code sees',
      })),
    ...added(expected.rules, actual.rules).map((rule) => ({
      object: `rule ${rule.name} of ${of}`,
      text: rule.definition,
      why: 'it changes what a statement of the code does',
    })),
  ]
}

const refuses = 'it may refuse a row that the code writes'

function added<T extends { readonly name: string }>(
  expected: readonly T[],
  actual: readonly T[],
): T[] {
  const names = new Set(expected.map(({ name }) => name))
  return actual.filter(({ name }) => !names.has(name))
}

const mayChangeRow = (trigger: string) =>
  /^CREATE TRIGGER .* BEFORE .* FOR EACH ROW /s.test(trigger) && !trigger.endsWith(' (disabled)')

/** Whether an INSERT that has no value for a column fails. */
export const mustBeGiven = (column: ManifestColumn): boolean =>
  !column.nullable &&
  column.default === null &&
  column.identity === null &&
  column.generated === null

/** A key to a table of the host's refuses what the host has no row for: its own business. */
function whyConstraint(
  { kind, references }: ManifestConstraint,
  ours: ReadonlySet<string>,
): string | undefined {
  if (kind !== 'foreign key') return refuses
  if (!ours.has(references!)) return undefined
  return 'it ties tables together that the code takes for independent'
}
