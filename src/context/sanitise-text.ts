import { neutralise } from './neutralise.js'

// A terminal sequence goes as a whole, since what follows its escape character is visible.
const terminalSequence = /(?:\u{1b}\[|\u{9b})[0-?]*[ -/]*[@-~]/gu

/** What a reader does not see but a model does, except tab and line feed and the two joiners. */
const invisible = /(?![\t\n\u{200c}\u{200d}])[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/gu

// A joiner changes the form of two letters (Persian, Hindi) or makes one emoji of two.
const letter = String.raw`[\p{L}\p{M}]`
const emoji = String.raw`[\p{Extended_Pictographic}\p{Emoji_Modifier}]`
const joiner = '[\u{200c}\u{200d}]'
const idleJoiner = new RegExp(
  `${joiner}(?!(?<=${letter}${joiner})${letter}|(?<=${emoji}${joiner})${emoji})`,
  'gu',
)

/**
 * Makes a text safe for a prompt: line feeds only, no HTML comments, no invisible code points, no
 * tag that could be mistaken for a tag of the block, no trailing space and no run of empty lines.
 * It takes linear time for any text.
 */
export function sanitiseText(text: string): string {
  // Tags go after the comments, since a removal can bring the two halves of a tag together.
  const neutral = neutralise(withoutComments(withoutInvisible(text)))
  const lines = neutral.split('\n').map(withoutTrailingSpace)
  return lines.join('\n').replace(/\n{3,}/g, '\n\n')
}

/** A path on one line, as an attribute or an element contains it. */
export function sanitisePath(path: string): string {
  return neutralise(escapeBrackets(oneLine(path)), 'value')
}

/** A name or a description on one line, as an element of the skills' index contains it. */
export function sanitiseName(name: string): string {
  const escaped = oneLine(name).replaceAll('&', '&amp;').replaceAll("'", '&#x27;')
  return neutralise(escapeBrackets(escaped), 'value')
}

const escapeBrackets = (text: string): string =>
  text.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const oneLine = (text: string): string =>
  withoutComments(withoutInvisible(text)).replace(/\s+/g, ' ').trim()

const withoutInvisible = (text: string): string =>
  text.replace(terminalSequence, '').replace(invisible, '').replace(idleJoiner, '')

/**
 * Removes `<!-- ... -->`. The text around a removed comment is checked again, so that nesting
 * leaves no comment. A comment that is never closed is text.
 */
function withoutComments(text: string): string {
  const kept: string[] = []
  let at = 0
  while (at < text.length) {
    kept.push(text[at]!)
    at += 1
    if (kept.at(-1) !== '-' || kept.slice(-4).join('') !== '<!--') continue
    // `<!-->` and `<!--->` are comments too: the end may share its hyphens with the beginning.
    const shared = text[at] === '>' ? 2 : text.startsWith('->', at) ? 1 : 0
    const end = shared > 0 ? at - shared : text.indexOf('-->', at)
    if (end < 0) break
    kept.length -= 4
    at = end + 3
  }
  return kept.join('') + text.slice(at)
}

// A regular expression for this takes quadratic time on a long run of spaces inside a line.
function withoutTrailingSpace(line: string): string {
  let end = line.length
  while (end > 0 && ' \t'.includes(line[end - 1]!)) end -= 1
  return line.slice(0, end)
}
