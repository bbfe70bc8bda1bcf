import type { Node } from 'libpg-query'

type KindOf<N> = N extends unknown ? keyof N : never

/** The name of a kind of node of the syntax tree, such as `CreateStmt`. */
export type NodeKind = KindOf<Node>

/** What a node of that kind holds. */
export type NodeOf<K extends NodeKind> =
  Extract<Node, Record<K, unknown>> extends infer N
    ? N extends Record<K, infer Content>
      ? Content
      : never
    : never

/** The content of a node if it is of that kind. */
export function nodeAs<K extends NodeKind>(node: Node | undefined, kind: K): NodeOf<K> | undefined {
  return node && kind in node ? (node as Record<K, NodeOf<K>>)[kind] : undefined
}

/** Every node of that kind at or below a part of the tree, from the outside in. */
export function* nodesOf<K extends NodeKind>(root: unknown, kind: K): Generator<NodeOf<K>> {
  if (typeof root !== 'object' || root === null) return
  for (const [key, value] of Object.entries(root)) {
    if (key === kind) yield value as NodeOf<K>
    yield* nodesOf(value, kind)
  }
}

/** The strings of a list of names, as of a qualified type. */
export function stringsOf(nodes: readonly Node[] = []): string[] {
  return nodes.map((node) => nodeAs(node, 'String')?.sval ?? '')
}
