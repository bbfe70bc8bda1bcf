/** Whether there is a process of this number, whoever owns it. */
export function isRunning(pid: number): boolean {
  // 0 and negative numbers are groups of processes.
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
