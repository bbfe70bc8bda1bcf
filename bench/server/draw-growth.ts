import type { Growth, Point } from '../measured.ts'

/** A panel of the drawing: curves over one kind of size. */
interface Panel {
  readonly title: string
  readonly axis: string
  readonly curves: readonly { readonly name: string; readonly points: readonly Point[] }[]
}

const panel = { width: 470, height: 340, left: 58, right: 128, top: 46, bottom: 48 }
const labelHeight = 14
// Colours that are told apart by those who do not see all of them (Okabe and Ito).
const colours = [
  ...['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000', '#7A5195'],
]

/** What a curve is called in the drawing, and on which side it belongs. */
const bulkNames: Readonly<Record<string, string>> = {
  hydrateByPush: 'hydrates them',
  settleByPush: 'marks them dirty',
}
const names: Readonly<Record<string, string>> = {
  list: 'list, first page',
  listDeep: 'list, page 15',
  contexts: '50 contexts',
  pins: 'pins of a chat',
  push: 'push, 90 chats',
  diff: 'diff',
  refresh: 'refresh',
  purge: 'purge of 10',
}

/** Draws times over sizes, both on logarithmic scales, as an SVG of two panels. */
export function drawGrowth(growth: Growth, caption: string): string {
  const curvesOf = (wanted: Readonly<Record<string, string>>) =>
    Object.entries(wanted).flatMap(([key, name]) =>
      growth[key] ? [{ name, points: growth[key] }] : [],
    )
  const panels: Panel[] = [
    {
      title: 'One operation, as the database grows',
      axis: 'chats in the database',
      curves: curvesOf(names),
    },
    {
      title: 'One push to an agent of many chats',
      axis: 'chats of the agent',
      curves: curvesOf(bulkNames),
    },
  ]
  const [width, height] = [panel.width * panels.length, panel.height + 22]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"`,
    '  font-family="system-ui, sans-serif" font-size="12" role="img">',
    `<title>${escaped(caption)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...panels.flatMap((one, nth) => [
      `<g transform="translate(${nth * panel.width} 0)">`,
      ...drawPanel(one),
      '</g>',
    ]),
    `<text x="${width / 2}" y="${height - 8}" text-anchor="middle" fill="#555555" font-size="11">${escaped(caption)}</text>`,
    '</svg>',
    '',
  ].join('\n')
}

function drawPanel({ title, axis, curves }: Panel): string[] {
  const points = curves.flatMap((curve) => curve.points)
  const xs = decades(points.map(({ size }) => size))
  const ys = decades(points.map(({ ms }) => ms))
  const right = panel.width - panel.right
  const bottom = panel.height - panel.bottom
  const x = scale(xs, panel.left, right)
  const y = scale(ys, bottom, panel.top)
  const labels = apart(
    curves.map(({ name, points }, nth) => ({ name, nth, at: y(points.at(-1)!.ms) })),
  )
  return [
    `<text x="${panel.left}" y="22" font-size="14" font-weight="600" fill="#111111">${title}</text>`,
    `<text x="${panel.left}" y="38" fill="#555555">milliseconds</text>`,
    ...ys.flatMap((value) => [
      `<line x1="${panel.left}" x2="${right}" y1="${place(y(value))}" y2="${place(y(value))}" stroke="#dddddd"/>`,
      `<text x="${panel.left - 8}" y="${place(y(value) + 4)}" text-anchor="end" fill="#333333">${short(value)}</text>`,
    ]),
    ...xs.map(
      (value) =>
        `<text x="${place(x(value))}" y="${bottom + 18}" text-anchor="middle" fill="#333333">${short(value)}</text>`,
    ),
    `<text x="${place((panel.left + right) / 2)}" y="${bottom + 36}" text-anchor="middle" fill="#555555">${axis}</text>`,
    ...curves.map(({ points }, nth) => {
      const path = points.map(({ size, ms }) => `${place(x(size))},${place(y(ms))}`).join(' ')
      return `<polyline points="${path}" fill="none" stroke="${colours[nth]}" stroke-width="2"/>`
    }),
    ...curves.flatMap(({ points }, nth) =>
      points.map(
        ({ size, ms }) =>
          `<circle cx="${place(x(size))}" cy="${place(y(ms))}" r="2.5" fill="${colours[nth]}"/>`,
      ),
    ),
    ...labels.map(
      ({ name, nth, at }) =>
        `<text x="${right + 8}" y="${place(at + 4)}" fill="${colours[nth]}">${escaped(name)}</text>`,
    ),
  ]
}

/** The powers of ten around some values. */
function decades(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values)))
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))))
  return Array.from({ length: last - first + 1 }, (_, nth) => 10 ** (first + nth))
}

function scale(ticks: readonly number[], from: number, to: number): (value: number) => number {
  const [first, last] = [Math.log10(ticks[0]!), Math.log10(ticks.at(-1)!)]
  return (value) => from + ((Math.log10(value) - first) / (last - first)) * (to - from)
}

/** Moves labels down until none covers another. */
function apart<T extends { readonly at: number }>(labels: readonly T[]): T[] {
  let free = Number.NEGATIVE_INFINITY
  return labels
    .toSorted((one, other) => one.at - other.at)
    .map((label) => {
      const at = Math.max(label.at, free)
      free = at + labelHeight
      return { ...label, at }
    })
}

const place = (value: number) => value.toFixed(1)

function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`
  if (value >= 1000) return `${value / 1000}k`
  return String(Number(value.toPrecision(2)))
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
