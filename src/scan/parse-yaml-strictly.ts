import { Composer, CST, isScalar, Lexer, Parser, visit } from 'yaml'

/** One YAML document as nodes, or why it is refused. The reason quotes nothing of the document. */
export interface StrictYaml {
  readonly contents?: unknown
  readonly invalid?: string
}

/**
 * The parser's stack also holds the document and its scalars. Real front matter is nested less
 * than a tenth as deep, and the recursive composer needs many times this depth to be in danger.
 */
const depthMax = 64

/**
 * Hundreds of fields need fewer. In the worst case the library makes one error per token, which
 * takes seconds for a file of 64 KiB, and a tree may contain hundreds of such files.
 */
const lexemesMax = 2048

/**
 * Parses one YAML 1.2 document from an untrusted source.
 *
 * The nesting is limited token by token, because the library's next stage is recursive: at the end
 * of the stack it does not reliably throw a RangeError. It may compile a regular expression there,
 * and then V8 ends the whole process. Aliases and tags are refused, so that nothing can be
 * expanded. Duplicate keys are found here, because the library compares every key with every other.
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
    // Line 1 of the file is the fence.
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
