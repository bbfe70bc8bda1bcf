// Questions about SQL that PostgreSQL printed, in which literals have only one kind of quote.

/** The end of the literal, the quoted name or the character that starts at an index. */
function endOfToken(sql: string, start: number): number {
  const quote = sql[start]
  if (quote !== "'" && quote !== '"') return start + 1
  for (let index = start + 1; index < sql.length; index++) {
    if (sql[index] !== quote) continue
    if (sql[index + 1] !== quote) return index + 1
    index++
  }
  return sql.length
}

/** The text in the first parentheses outside quotes, and the text after them. */
export function firstGroup(sql: string): { readonly inside: string; readonly after: string } {
  let depth = 0
  let start = 0
  for (let index = 0; index < sql.length; index = endOfToken(sql, index)) {
    if (sql[index] === '(' && ++depth === 1) start = index + 1
    if (sql[index] === ')' && --depth === 0) {
      return { inside: sql.slice(start, index), after: sql.slice(index + 1) }
    }
  }
  return { inside: '', after: '' }
}

/** The parts of a list, such as the keys of an index. */
export function listItems(sql: string): string[] {
  const items: string[] = []
  let depth = 0
  let start = 0
  for (let index = 0; index < sql.length; index = endOfToken(sql, index)) {
    if ('([{'.includes(sql[index]!)) depth++
    if (')]}'.includes(sql[index]!)) depth--
    if (sql[index] !== ',' || depth > 0) continue
    items.push(sql.slice(start, index).trim())
    start = index + 1
  }
  return [...items, sql.slice(start).trim()]
}

/** An expression without parentheses around all of it. */
export function withoutParentheses(sql: string): string {
  if (!sql.startsWith('(')) return sql
  const { inside, after } = firstGroup(sql)
  return after === '' ? inside : sql
}

/** The value of a literal, with or without a cast; undefined for any other expression. */
export function literalValue(sql: string): string | undefined {
  const end = sql.startsWith("'") ? endOfToken(sql, 0) : 0
  const isLiteral = end > 0 && /^(::[\w\s."[\]]+(\([\d,]+\))?[\w\s[\]]*)?$/.test(sql.slice(end))
  return isLiteral ? sql.slice(1, end - 1).replaceAll("''", "'") : undefined
}
