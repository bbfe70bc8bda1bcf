import { Composer, CST, isScalar, Lexer, Parser, visit } from 'yaml'

/** One YAML document as nodes, or why it is refused, in words that quote nothing of it. */
export interface StrictYaml {
  readonly contents?: unknown
  readonly invalid?: string
}

/**
 * The stack of the parser holds the document and its scalars too. Nobody nests front matter a
 * tenth as deep, and the composer, which recurses, needs tens of times as much to be in danger.
 */
const depthMax = 64

/**
 * Hundreds of fields need fewer. What the library does with many errors, one for each token in the
 * worst case, takes seconds for a file of 64 KiB, and a tree may hold hundreds of such files.
 */
const lexemesMax = 2048

/**
 * Parses one YAML 1.2 document that may come from anyone.
 *
 * The nesting is bounded while the document is read, token by token, because the library's next
 * stage recurses: at the end of the stack it does not reliably throw a RangeError, but compiles a
 * regular expression, for which V8 ends the whole process. Aliases and tags are refused, which
 * leaves no way to expand anything. Duplicate keys are looked for here, since the library compares
 * every key with every other.
 */
export function parseYamlStrictly(text: string): StrictYaml {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  let isContent = false
  let lexemes = 0
  for (const lexeme of new Lexer().lex(text)) {
    lexemes++
    if (lexemes > lexemesMax) return { invalid: `YAML of more than ${lexemesMax} tokens` }
    const type: CST.TokenType | null = isContent ? null : CST.tokenType(lexeme)
    isContent = type === 'scalar'
    if (type === 'alias') return { invalid: 'YAML aliases are not accepted' }
    if (type === 'tag') return { invalid: 'YAML tags are not accepted' }
    tokens.push(...parser.next(lexeme))
    if (parser.stack.length > depthMax) return { invalid: 'YAML nested too deeply' }
  }
  tokens.push(...parser.end())

  const composer = new Composer({ schema: 'core', version: '1.2', uniqueKeys: false })
  const [document, ...others] = composer.compose(tokens, true, text.length)
  if (document === undefined || others.length > 0) return { invalid: 'not one YAML document' }
  const [error] = document.errors
  if (error !== undefined) {
    // The first line of the file is the fence, and lines are counted from one.
    const line = text.slice(0, error.pos[0]).split('\n').length + 1
    return { invalid: `not valid YAML (${error.code} in line ${line})` }
  }
  let hasDuplicate = false
  visit(document, {
    Map(_, { items }) {
      const keys = items.map(({ key }) => (isScalar(key) ? key.value : key))
      if (new Set(keys).size === keys.length) return undefined
      hasDuplicate = true
      return visit.BREAK
    },
  })
  return hasDuplicate ? { invalid: 'a YAML key is given twice' } : { contents: document.contents }
}
