import type { LintedMigration } from '../linted-folder.js'
import type { LintedScript, LintedStatement } from '../linted-script.js'
import { nodeAs, stringsOf } from '../nodes-of.js'
import type { Rule } from '../rule.js'
import { tableKeyOf } from '../table-key.js'

export const downDropsTypeOfAnother: Rule = {
  id: 'down-drops-type-of-another',
  why: 'A down that drops a type which another migration made leaves a schema in which neither going up nor going further down works.',
  instead: 'Drop a type in the down of the migration that made it, and nowhere else.',
  needsCatalog: false,
  *check({ migrations }) {
    for (const migration of migrations) {
      const { up, down } = migration
      if (!down) continue
      const own = namesMadeBy(up)
      for (const [index, statement] of down.statements.entries()) {
        const later = namesMadeBy(down, index)
        for (const { name, at } of droppedBy(statement)) {
          // A type that is made anew under its name is still there after the down.
          if (own.has(name) || later.has(name)) continue
          const owner = ownerOf(name, migration, migrations)
          if (!owner) continue
          const message = `This down drops the type ${name}, which ${owner.up.file} made.`
          yield { script: down, at: at ?? statement.start, message }
        }
      }
    }
  },
}

function ownerOf(
  name: string,
  of: LintedMigration,
  migrations: readonly LintedMigration[],
): LintedMigration | undefined {
  return migrations.find((other) => other !== of && namesMadeBy(other.up).has(name))
}

/** The types that a file makes, or gives their name, from one of its statements on. */
function namesMadeBy({ statements }: LintedScript, from = 0): ReadonlySet<string> {
  const names = statements.slice(from).flatMap(({ node }) => {
    const made =
      nodeAs(node, 'CreateEnumStmt')?.typeName ??
      nodeAs(node, 'CreateDomainStmt')?.domainname ??
      nodeAs(node, 'CreateRangeStmt')?.typeName
    if (made) return [keyOf(stringsOf(made))]
    const composite = nodeAs(node, 'CompositeTypeStmt')?.typevar
    if (composite) return [tableKeyOf(composite.schemaname, composite.relname ?? '')]
    const defined = nodeAs(node, 'DefineStmt')
    if (defined?.kind === 'OBJECT_TYPE') return [keyOf(stringsOf(defined.defnames))]
    const rename = nodeAs(node, 'RenameStmt')
    const isType = rename?.renameType === 'OBJECT_TYPE' || rename?.renameType === 'OBJECT_DOMAIN'
    if (!isType) return []
    const old = stringsOf(nodeAs(rename.object, 'List')?.items)
    return [keyOf([...old.slice(0, -1), rename.newname ?? ''])]
  })
  return new Set(names)
}

function droppedBy({ node }: LintedStatement): { readonly name: string; readonly at?: number }[] {
  const drop = nodeAs(node, 'DropStmt')
  if (drop?.removeType !== 'OBJECT_TYPE' && drop?.removeType !== 'OBJECT_DOMAIN') return []
  return (drop.objects ?? []).map((object) => {
    const type = nodeAs(object, 'TypeName')
    const name = keyOf(stringsOf(type?.names))
    return type?.location === undefined ? { name } : { name, at: type.location }
  })
}

function keyOf(names: readonly string[]): string {
  return tableKeyOf(names.at(-2), names.at(-1) ?? '')
}
