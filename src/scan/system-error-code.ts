/**
 * The code of an error that the operating system reported, such as ENOENT; undefined for every
 * other error, which is then a defect and not a fact about the tree.
 */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
