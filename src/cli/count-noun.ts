/** So many of something, as a person says it: `1 chat`, `1,200 chats`. */
export function countNoun(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}
