const isIgnorable = (character: string) =>
  character !== '\t' &&
  character !== '\n' &&
  /^[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]$/u.test(character)
const isJoiner = (character: string) => character === '\u200c' || character === '\u200d'
const isLetter = (character = '') => /^[\p{L}\p{M}]$/u.test(character)
const isEmoji = (character = '') =>
  /^[\p{Extended_Pictographic}\p{Emoji_Modifier}]$/u.test(character)
const isSpace = (character: string) => character !== '' && character.trim() === ''

/** A text as a prompt contains it, of several lines. */
export function sanitise(text: string): string {
  let lines = neutralised(plainText(text), tags)
    .split('\n')
    .map((line) => line.replace(/[ \t]+$/, ''))
    .join('\n')
  while (lines.includes('\n\n\n')) lines = lines.replaceAll('\n\n\n', '\n\n')
  return lines
}

/** A path as a prompt contains it: on one line, and it ends no attribute and no element. */
export const sanitisePath = (path: string): string =>
  value(path, { '<': 'lt', '>': 'gt', '"': 'quot' })

/** A name or a description as a prompt contains it: on one line, escaped as in HTML. */
export const sanitiseName = (name: string): string =>
  value(name, { '<': 'lt', '>': 'gt', '"': 'quot', '&': 'amp', "'": '#x27' })

function value(text: string, entities: Readonly<Record<string, string>>): string {
  const words = plainText(text)
    .split(/\s+/)
    .filter((word) => word !== '')
  const escaped = [...words.join(' ')].map((one) => (one in entities ? `&${entities[one]};` : one))
  return neutralised(escaped.join(''), [...tags, 'name', 'description', 'location'])
}

const plainText = (text: string): string => withoutComments(visible(text))

/** Without terminal sequences, what shows as nothing, and joiners that join nothing. */
function visible(text: string): string {
  const [before = '', ...sequences] = text.replaceAll('\u009b', '\u001b[').split('\u001b[')
  const rest = sequences.map((sequence) => {
    const parameters = /^[0-9:;<=>?]*[ !"#$%&'()*+,\-./]*/.exec(sequence)![0].length
    const end = sequence.charCodeAt(parameters)
    return end >= 0x40 && end <= 0x7e ? sequence.slice(parameters + 1) : `[${sequence}`
  })
  const shown = [...before, ...rest.flatMap((one) => [...one])].filter(
    (character) => isJoiner(character) || !isIgnorable(character),
  )
  return shown
    .filter((character, at) => {
      const [left, right] = [shown[at - 1], shown[at + 1]]
      const joins = (isLetter(left) && isLetter(right)) || (isEmoji(left) && isEmoji(right))
      return joins || !isJoiner(character)
    })
    .join('')
}

/** Removes comments until none is left, since a removal can create another one. */
function withoutComments(text: string): string {
  const start = text.indexOf('<!--')
  // The end may share its hyphens with the start: `<!-->` and `<!--->` are comments.
  const end = start < 0 ? -1 : text.indexOf('-->', start + 2)
  return end < 0 ? text : withoutComments(text.slice(0, start) + text.slice(end + 3))
}

const tags = ['agent-context', 'instruction-file', 'available-skills', 'skills', 'skill']

/** What looks like the letter or sign below it. */
const looks = [
  ['\u2039\u27e8\u3008\u276e\u02c2\u1438', '<<<<<<'],
  ['\\\u2215\u2044\u29f8\u2571\u27cb', '//////'],
  ['_\u2212\u2010\u2011\u2012\u2013\u2014\u2015\u2053', '---------'],
  ['\u0430\u0432\u0441\u0501\u0435\u0454\u0493\u050d\u0456\u043a\u04cf\u043c', 'abcdeefgiklm'],
  ['\u043f\u043e\u0440\u0433\u0455\u0442\u0438\u0475\u0445', 'noprstuvx'],
  [
    '\u03b1\u03b2\u03c2\u03b5\u03b9\u03ba\u03b7\u03bf\u03c3\u03c1\u03c4\u03c5\u03bd\u03c7',
    'abceiknooptuvx',
  ],
  ['\u0581\u0578\u0585\u057d', 'gnou'],
  ['\u0251\u0192\u0261\u0131\u0269\uab47\u028b', 'afgiiru'],
] as const

function folded(character: string): string {
  const lower = character.normalize('NFKD').toLowerCase().normalize('NFKD')
  const read = [...lower].map((one) => {
    const [others, letters] = looks.find(([signs]) => [...signs].includes(one)) ?? ['', '']
    return letters[[...others].indexOf(one)] ?? one
  })
  return read.filter((one) => !isIgnorable(one) && !/^[\p{M}\ufffc\u2800]$/u.test(one)).join('')
}

/** Escapes every `<` that begins one of these tags, or a comment that is not closed. */
function neutralised(text: string, names: readonly string[]): string {
  const characters = [...text]
  let after = ''
  for (let at = characters.length - 1; at >= 0; at -= 1) {
    const one = folded(characters[at]!)
    if (one === '<' && isDelimiter(after, names)) characters[at] = '&lt;'
    // No delimiter reaches over another `<`.
    after = one === '<' ? '' : one + after
  }
  return characters.join('')
}

/** Whether a text that follows `<` makes it a delimiter. */
function isDelimiter(rest: string, names: readonly string[]): boolean {
  if (rest.startsWith('!--')) return true
  const start = rest.replace(/^[\s/!?]+/, '')
  const [space, local] = start.split(/:(.*)/s)
  const isNamespace = local !== undefined && /^[\p{L}\p{N}.-]+$/u.test(space!.trimEnd())
  const places = isNamespace ? [start, local.replace(/^[\s/]+/, '')] : [start]
  return places.some((place) => names.some((name) => beginsWith(place, name)))
}

/** Whether a text begins with a name and then ends its word; spaces count for nothing. */
function beginsWith(text: string, name: string): boolean {
  const letters = [...text]
  let at = 0
  for (const [place, letter] of [...name].entries()) {
    while (place > 0 && isSpace(letters[at] ?? '')) at += 1
    if (letter !== '-' && letters[at] !== letter) return false
    if (letters[at] === letter) at += 1
  }
  return !/^[\p{L}\p{N}-]$/u.test(letters[at] ?? '')
}
