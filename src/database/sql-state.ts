/**
 * The SQLSTATE of an error that a server reported, or undefined for any other error.
 *
 * `severity` is required too, because an errno such as EPIPE also has five letters. The shape is
 * checked instead of a class, because each driver has its own class.
 */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code, severity } = error as { code?: unknown; severity?: unknown }
  if (typeof code !== 'string' || typeof severity !== 'string') return undefined
  return /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}
