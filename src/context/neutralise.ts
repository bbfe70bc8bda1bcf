/** Letters of other scripts, and signs, that look like what they stand for here. */
const lookalikes: Readonly<Record<string, string>> = {
  ...{ '<': '‹⟨〈❮˂ᐸ', '/': '\\∕⁄⧸╱⟋', '-': '_\u2212\u2010\u2011\u2012\u2013\u2014\u2015\u2053' },
  ...{
    a: 'аαɑ',
    b: 'вβ',
    c: 'сς',
    d: 'ԁ',
    e: 'еєε',
    f: 'ғƒ',
    g: 'ɡԍց',
    i: 'іιıɩ',
    k: 'кκ',
    l: 'ӏ',
  },
  ...{ m: 'м', n: 'пηո', o: 'оοօσ', p: 'рρ', r: 'гꭇ', s: 'ѕ', t: 'тτ', u: 'υսʋ', v: 'ѵν', x: 'хχ' },
}

const plain = new Map(
  Object.entries(lookalikes).flatMap(([letter, others]) =>
    [...others].map((other): [string, string] => [other, letter]),
  ),
)

// Two signs that are neither ignorable nor a space, but that show as nothing.
const ignored = /(?![\t\n])[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{M}\u{fffc}\u{2800}]/gu

/** A character as it is compared: its compatibility form, in lower case and without accents. */
function fold(character: string): string {
  if (character >= ' ' && character < '\u{7f}') {
    return plain.get(character) ?? character.toLowerCase()
  }
  const parts = character.normalize('NFKD').toLowerCase().normalize('NFKD').replace(ignored, '')
  return [...parts].map((part) => plain.get(part) ?? part).join('')
}

/**
 * The start of a tag with one of these names, in a folded text. Spaces may stand anywhere, and a
 * namespace or signs of markup before the name.
 */
function startOf(...names: string[]): RegExp {
  const spaced = names.map((name) =>
    [...name.slice(0, -1)].map((one) => (one === '-' ? '(?:-\\s*)?' : `${one}\\s*`)),
  )
  const spellings = spaced.map((parts, at) => parts.join('') + names[at]!.at(-1)!)
  const namespace = '(?:[\\p{L}\\p{N}.-]+\\s*:[\\s/]*)?'
  const name = `(?:${spellings.join('|')})(?![\\p{L}\\p{N}-])`
  return new RegExp(`<(?=[\\s/!?]*${namespace}${name}|!--)`, 'gu')
}

const tags = ['agent-context', 'instruction-file', 'available-skills', 'skills', 'skill']
const starts = {
  text: startOf(...tags),
  value: startOf(...tags, 'name', 'description', 'location'),
}

/**
 * Writes `&lt;` for every sign that begins a tag of a prompt, or a comment that never ends, in any
 * spelling that a model may take for it. A `value` stands inside the index of skills, so that the
 * tags of the index count too. It takes linear time for any text.
 */
export function neutralise(text: string, place: keyof typeof starts = 'text'): string {
  const characters = [...text]
  const folded = characters.map(fold)
  if (!folded.includes('<')) return text
  const origins = folded.flatMap((part, at) => Array<number>(part.length).fill(at))
  for (const { index } of folded.join('').matchAll(starts[place])) {
    characters[origins[index]!] = '&lt;'
  }
  return characters.join('')
}
