import type { Bar } from './measured.ts'

const [left, right, top, rowHeight, width] = [330, 90, 44, 26, 900]

/** Draws times as bars on a logarithmic scale, as an SVG. What is driftpin's has a colour. */
export function drawBars(bars: readonly Bar[], title: string, caption: string): string {
  const powers = bars.map(({ ms }) => Math.log10(ms))
  // The shortest bar is to be seen, too.
  const first = Math.floor(Math.min(...powers) - 0.2)
  const last = Math.ceil(Math.max(...powers))
  const x = (ms: number) =>
    left + ((Math.log10(ms) - first) / (last - first)) * (width - left - right)
  const bottom = top + bars.length * rowHeight
  const ticks = Array.from({ length: last - first + 1 }, (_, nth) => 10 ** (first + nth))
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 56}"`,
    '  font-family="system-ui, sans-serif" font-size="13" role="img">',
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${bottom + 56}" rx="8" fill="#ffffff"/>`,
    `<text x="20" y="26" font-weight="600" fill="#1f2328">${escaped(title)}</text>`,
    ...ticks.flatMap((ms) => [
      `<line x1="${x(ms)}" x2="${x(ms)}" y1="${top}" y2="${bottom + 4}" stroke="#d0d7de"/>`,
      `<text x="${x(ms)}" y="${bottom + 20}" text-anchor="middle" fill="#57606a">${told(ms)}</text>`,
    ]),
    ...bars.flatMap(({ name, ms, isOurs }, nth) => {
      const y = top + nth * rowHeight + 4
      const size = `width="${(x(ms) - left).toFixed(1)}" height="${rowHeight - 8}"`
      return [
        `<text x="${left - 10}" y="${y + 13}" text-anchor="end" fill="#1f2328">${escaped(name)}</text>`,
        `<rect x="${left}" y="${y}" ${size} fill="${isOurs ? '#0072B2' : '#9aa4ae'}"/>`,
        `<text x="${(x(ms) + 6).toFixed(1)}" y="${y + 13}" fill="#1f2328">${told(ms)}</text>`,
      ]
    }),
    `<text x="20" y="${bottom + 44}" font-size="11" fill="#57606a">${escaped(caption)}</text>`,
    '</svg>',
  ].join('\n')}\n`
}

const told = (ms: number) =>
  ms >= 1000 ? `${Number((ms / 1000).toPrecision(2))} s` : `${Number(ms.toPrecision(2))} ms`
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
