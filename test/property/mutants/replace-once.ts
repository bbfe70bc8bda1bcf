/**
 * Replaces a part of a text that must be there, and once.
 *
 * @throws Error otherwise: a mutant that changes nothing would survive for no fault of the laws.
 */
export function replaceOnce(text: string, from: string, to: string, where: string): string {
  const parts = text.split(from)
  if (parts.length === 2) return parts.join(to)
  const count = parts.length - 1
  throw new Error(`${JSON.stringify(from)} occurs ${count} times in ${where}, and not once.`)
}
