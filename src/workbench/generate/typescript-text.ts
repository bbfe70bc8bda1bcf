// How names and texts that may hold anything stand in TypeScript.

const identifier = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u

export const isIdentifier = (name: string): boolean => identifier.test(name)

/** A string literal. */
export function literal(text: string): string {
  // JSON knows every escape that is needed, and only its quotes are others.
  const inside = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${inside}'`
}

export const literals = (texts: readonly string[]): string => `[${texts.map(literal).join(', ')}]`

/** A name as the key of an object or the member of an interface. */
export function key(name: string): string {
  // Anywhere but in brackets, an object literal would take this one for its prototype.
  if (name === '__proto__') return "['__proto__']"
  return isIdentifier(name) ? name : literal(name)
}

/** A comment of the database as a doc comment, or nothing. */
export function docComment(comment: string, indent: string, example?: string): string {
  if (comment === '' && example === undefined) return ''
  const lines = comment.replaceAll('*/', '*\\/').split(/\r\n|[\r\n\u2028\u2029]/)
  if (example !== undefined) lines.push('', '@example', '```ts', example, '```')
  if (comment === '') lines.splice(0, 2)
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`
}
