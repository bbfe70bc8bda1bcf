/** Chooses a name that is free, and takes it. */
export function freeName(name: string, used: Set<string>): string {
  let free = name
  for (let number = 2; used.has(free); number++) free = `${name}${number}`
  used.add(free)
  return free
}

/**
 * A name in ASCII as one word, such as `chatMessages` for `chat_messages`. A name that has no such
 * letters, or that starts with a digit, gets a prefix.
 */
export function camelName(name: string, prefix: string): string {
  const [first = '', ...others] = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    // A word in capitals is one word and not many.
    .map((word) => (/^[A-Z0-9]+$/.test(word) ? word.toLowerCase() : word))
  const word = lowerFirst(first) + others.map(upperFirst).join('')
  return /^[a-z]/.test(word) ? word : prefix + upperFirst(word)
}

/** The same as the name of a type, such as `ChatMessages`. */
export const pascalName = (name: string, prefix: string): string =>
  upperFirst(camelName(name, prefix))

export const upperFirst = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

const lowerFirst = (word: string) => word.charAt(0).toLowerCase() + word.slice(1)
