import type { Finding, Step } from './law.js'

/**
 * Notifications that were not heard, or heard and not to be expected. Their order is not looked at.
 */
export function unheardEvents({ expected, actual }: Step['heard']): Finding[] {
  const [one, other] = [expected, actual].map((events) => events.toSorted().join('\n'))
  if (one === other) return []
  const said = (text: string | undefined) => text || 'nothing'
  return [{ what: 'what listeners heard', expected: said(one), actual: said(other) }]
}
