/** Where this package is, as paths are in a stack. */
const root = decodeURIComponent(new URL('../', import.meta.url).pathname).replace(/^\/(?=\w:)/, '')

/** The lines of a stack that its reader can do something about: outside of this package. */
export function callSite(error: Error, lines = 3): string {
  const stack = (error.stack ?? '').split('\n').slice(1)
  const outside = stack.filter((line) => {
    const path = line.replaceAll('\\', '/')
    return !/node_modules|node:/.test(path) && !path.includes(root)
  })
  return (outside.length > 0 ? outside : stack).slice(0, lines).join('\n')
}
