// Code points that a reader does not see but a model does: soft hyphen, joiners, direction marks
// and overrides, variation selectors, fillers, interlinear marks, tags. The list is the domain's.
const invisible = new RegExp(
  '[\\u{AD}\\u{34F}\\u{61C}\\u{70F}\\u{115F}-\\u{1160}\\u{17B4}-\\u{17B5}\\u{180B}-\\u{180F}' +
    '\\u{200B}\\u{200D}-\\u{200F}\\u{202A}-\\u{202E}\\u{2060}-\\u{206F}\\u{3164}' +
    '\\u{FE00}-\\u{FE0F}\\u{FEFF}\\u{FFA0}\\u{FFF0}-\\u{FFFB}\\u{E0000}-\\u{E007F}]',
  'gu',
)

/** The tags of a prompt block, and the starts of comments, in any spelling a model may accept. */
const delimiter = /<(?=\s*(?:\/\s*)?(?:agent-context|instruction-file|skills|skill)\b|!--)/giu

/**
 * Makes a text safe for a prompt: line feeds only, no HTML comments, no invisible code points, no
 * tag that could be mistaken for a tag of the block, no trailing space and no run of empty lines.
 * It takes linear time for any text.
 */
export function sanitiseText(text: string): string {
  // Comments go after the invisible code points, which could split `<!--`, and tags after both,
  // since either removal can bring the two halves of a tag together. The CR of a CRLF goes last,
  // with the trailing space, since every removal can bring those two together.
  const visible = text.replace(invisible, '')
  const neutral = withoutComments(visible).replace(delimiter, '&lt;')
  const lines = neutral.split('\n').map(withoutTrailingSpace)
  return lines.join('\n').replace(/\n{3,}/g, '\n\n')
}

/** {@link sanitiseText} on one line, for a name, a description or a path. */
export function sanitiseLine(text: string): string {
  return sanitiseText(text).replace(/\s+/g, ' ').trim()
}

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
  while (end > 0 && ' \t\r'.includes(line[end - 1]!)) end -= 1
  return line.slice(0, end)
}
