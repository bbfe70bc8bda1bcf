import type { Node } from 'libpg-query'
import type { LintedMigration } from '../linted-folder.js'
import type { LintedScript } from '../linted-script.js'
import type { Rule } from '../rule.js'
import { nodeAs, stringsOf, tableKeyOf } from '../syntax-tree.js'

export const downDropsTypeOfAnother: Rule = {
  id: 'down-drops-type-of-another',
  why: 'If a down drops a type that another migration created, the next up and the next down fail.',
  instead: 'Drop a type only in the down of the migration that created it.',
  *checkFiles({ migrations }) {
    for (const { up, down } of migrations) {
      if (!down) continue
      const own = namesMadeBy(up)
      for (const { name, at } of typesLostBy(down)) {
        const owner = own.has(name) ? undefined : ownerOf(name, up, migrations)
        if (!owner) continue
        const message = `This down drops the type ${name}, which ${owner.up.file} creates.`
        yield { script: down, at, message }
      }
    }
  },
}

function ownerOf(
  name: string,
  up: LintedScript,
  migrations: readonly LintedMigration[],
): LintedMigration | undefined {
  return migrations.find((other) => other.up !== up && namesMadeBy(other.up).has(name))
}

/** The names that a file gives to types that it makes or renames. */
function namesMadeBy({ statements }: LintedScript): ReadonlySet<string> {
  const made = statements.map(({ node }) => createdBy(node) ?? renamedBy(node)?.now)
  return new Set(made.filter((name) => name !== undefined))
}

/**
 * The types that exist before a file and not after it. A type that is renamed and created again
 * under the old name exists after it.
 */
function typesLostBy(script: LintedScript): { readonly name: string; readonly at: number }[] {
  // By the name that the file gave: the name before, or null for a new type.
  const given = new Map<string, string | null>()
  const dropped: { readonly name: string; readonly at: number }[] = []
  const take = (name: string) => {
    const before = given.get(name)
    given.delete(name)
    return before === undefined ? name : before
  }
  for (const { node, start } of script.statements) {
    const created = createdBy(node)
    if (created !== undefined) given.set(created, null)
    const renamed = renamedBy(node)
    if (renamed) given.set(renamed.now, take(renamed.old))
    for (const { name, at } of droppedBy(node, start)) {
      const before = take(name)
      if (before !== null) dropped.push({ name: before, at })
    }
  }
  return dropped.filter(({ name }) => !given.has(name))
}

function createdBy(node: Node): string | undefined {
  const made =
    nodeAs(node, 'CreateEnumStmt')?.typeName ??
    nodeAs(node, 'CreateDomainStmt')?.domainname ??
    nodeAs(node, 'CreateRangeStmt')?.typeName
  if (made) return keyOf(stringsOf(made))
  const composite = nodeAs(node, 'CompositeTypeStmt')?.typevar
  if (composite) return tableKeyOf(composite.schemaname, composite.relname ?? '')
  const defined = nodeAs(node, 'DefineStmt')
  return defined?.kind === 'OBJECT_TYPE' ? keyOf(stringsOf(defined.defnames)) : undefined
}

function renamedBy(node: Node): { readonly old: string; readonly now: string } | undefined {
  const rename = nodeAs(node, 'RenameStmt')
  const isType = rename?.renameType === 'OBJECT_TYPE' || rename?.renameType === 'OBJECT_DOMAIN'
  if (!isType) return undefined
  const old = stringsOf(nodeAs(rename.object, 'List')?.items)
  return { old: keyOf(old), now: keyOf([...old.slice(0, -1), rename.newname ?? '']) }
}

function droppedBy(node: Node, start: number): { readonly name: string; readonly at: number }[] {
  const drop = nodeAs(node, 'DropStmt')
  if (drop?.removeType !== 'OBJECT_TYPE' && drop?.removeType !== 'OBJECT_DOMAIN') return []
  return (drop.objects ?? []).map((object) => {
    const type = nodeAs(object, 'TypeName')
    return { name: keyOf(stringsOf(type?.names)), at: type?.location ?? start }
  })
}

function keyOf(names: readonly string[]): string {
  return tableKeyOf(names.at(-2), names.at(-1) ?? '')
}
