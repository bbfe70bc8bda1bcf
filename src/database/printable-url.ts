/**
 * A connection string without any password, to print: whoever connects knows it, or has it in
 * PGPASSWORD. What is no URL of a database may be a password itself, and is not repeated.
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
