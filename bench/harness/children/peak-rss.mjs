import { readFileSync } from 'node:fs'

/**
 * The largest resident memory of this process, in bytes. Linux counts what `resourceUsage` tells
 * across fork and exec, so that there a child is never smaller than the process that started it.
 */
export function peakRssBytes() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024
  const status = readFileSync('/proc/self/status', 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)[1]) * 1024
}
