import stringWidth from 'string-width'

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Cuts a text to so many columns of a terminal, with an ellipsis where something is missing: at
 * the end, or at the start of what is known by its end, such as a path.
 */
export function shorten(text: string, width: number, keep: 'start' | 'end' = 'start'): string {
  if (stringWidth(text) <= width) return text
  const parts = Array.from(graphemes.segment(text), ({ segment }) => segment)
  if (keep === 'end') parts.reverse()
  let room = Math.max(1, width) - 1
  const kept: string[] = []
  for (const part of parts) {
    room -= stringWidth(part)
    if (room < 0) break
    kept.push(part)
  }
  return keep === 'end' ? `…${kept.reverse().join('')}` : `${kept.join('')}…`
}
