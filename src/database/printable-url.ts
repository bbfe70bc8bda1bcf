/**
 * A connection string without its password, for printing. A text that is not the URL of a database
 * may itself be a password and is not repeated.
 */
export function printableUrl(url: string): string {
  if (!/^(postgres(ql)?:\/\/|socket:)/i.test(url) || !URL.canParse(url)) return 'URL'
  const shown = new URL(url)
  shown.password = ''
  for (const name of [...shown.searchParams.keys()]) {
    if (/pass/i.test(name)) shown.searchParams.delete(name)
  }
  return shown.href
}
