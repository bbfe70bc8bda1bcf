/** The same URL of another database, port or user. */
export const urlWith = (
  url: string,
  parts: Partial<Pick<URL, 'port' | 'pathname' | 'username' | 'password'>>,
): string => Object.assign(new URL(url), parts).href
