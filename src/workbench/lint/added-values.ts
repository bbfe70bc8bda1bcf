import type { LintedScript, LintedStatement } from './linted-script.js'
import { nodeAs, nodesOf, stringsOf } from './nodes-of.js'

/** A literal that may be a value which the same file has added to an enum. */
export interface ValueUse {
  readonly statement: LintedStatement
  readonly at: number
  readonly type: string
  readonly value: string
  /** Whether the type was made by the same file. */
  readonly ownType: boolean
}

/** The literals of a file that are spelt like a value which it has added to an enum before. */
export function usesOfAddedValues(script: LintedScript): ValueUse[] {
  if (!script.transaction) return []
  const added = new Map<string, string>()
  const ownTypes = new Set<string>()
  const uses: ValueUse[] = []
  for (const statement of script.statements) {
    const { node, start } = statement
    const use = (value: string, at: number) => {
      const type = added.get(value)
      if (type === undefined) return
      uses.push({ statement, at, type, value, ownType: ownTypes.has(type) })
    }
    for (const { sval, location = start } of nodesOf(node, 'A_Const'))
      use(sval?.sval ?? '', location)
    // The body of a DO runs at once, and is a text to the grammar.
    const body = [...nodesOf(nodeAs(node, 'DoStmt'), 'String')].map(({ sval }) => sval).join('\n')
    for (const value of added.keys()) if (body.includes(`'${value}'`)) use(value, start)
    const altered = nodeAs(node, 'AlterEnumStmt')
    if (altered?.newVal && !altered.oldVal) {
      added.set(altered.newVal, stringsOf(altered.typeName).at(-1) ?? '')
    }
    const created = nodeAs(node, 'CreateEnumStmt')
    if (created) ownTypes.add(stringsOf(created.typeName).at(-1) ?? '')
  }
  return uses
}
