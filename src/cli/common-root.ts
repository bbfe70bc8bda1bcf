/** The directory that all paths are below, where there are several, and one that says anything. */
export function commonRoot(sources: readonly string[]): string | undefined {
  const paths = sources.filter((source) => source.startsWith('/'))
  const [first, ...others] = paths.map((path) => path.split('/').slice(0, -1))
  if (!first || others.length === 0) return undefined
  const differs = first.findIndex((part, index) => others.some((other) => other[index] !== part))
  return (differs < 0 ? first : first.slice(0, differs)).join('/') || undefined
}
