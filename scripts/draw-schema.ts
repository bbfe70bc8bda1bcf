import { type SchemaManifest, scopedTables } from '../src/catalog/index.ts'

type Table = SchemaManifest['tables'][number]

interface Box {
  readonly table: Table
  readonly x: number
  readonly y: number
  readonly width: number
}

const [boxHeight, step, top] = [40, 50, 64]
const group = { left: 16, leftWidth: 336, right: 672, rightWidth: 292 }
const hub = { x: 428, y: 122, width: 168, rowHeight: 20 }
const colours = { cascade: '#0072B2', setNull: '#B45F06', absent: '#C0392B', ink: '#1f2328' }

/**
 * What has no key on purpose: pins outlive what they were copied from. A key that is there all the
 * same is an error, and so is one to anything else but chats.
 */
const pins = { table: 'chat_context_resources', copiedFrom: 'workspace_agent_context_resources' }

/**
 * Draws the tables as an SVG, all from the catalog: on the left what an agent belongs to and
 * reports, in the middle chats, on the right what goes with its chat, and each foreign key by what
 * it does when the row that it refers to is deleted. A table that is new finds its place by itself.
 */
export function drawSchema({ tables }: SchemaManifest, command: string): string {
  const chats = tables.find(({ name }) => name === 'chats')!
  const owned = new Set(scopedTables({ tables }, chats.name).map(({ name }) => name))
  const scoped = tables
    .filter(({ name }) => owned.has(name))
    .sort((a, b) => Number(a.name === pins.table) - Number(b.name === pins.table))
  const rest = tables.filter((one) => one !== chats && !scoped.includes(one))
  const shared = rest.filter((one) => scoped.some((child) => refersTo(child, one)))
  const agents = inTree(rest.filter((one) => !shared.includes(one)))
  assertNoKey(tables.find(({ name }) => name === pins.table)!, chats)

  const left = agents.map(({ table, depth }, nth) => ({
    table,
    ...{ x: group.left + 12 + depth * 16, width: group.leftWidth - 24 - depth * 16 },
    // What was reported is beside what was copied of it.
    y: top + step * (table.name === pins.copiedFrom ? scoped.length - 1 : nth),
  }))
  const column = { x: group.right + 12, width: group.rightWidth - 40 }
  const right = scoped.map((table, nth) => ({ table, y: top + nth * step, ...column }))
  const bottom = top + step * Math.max(left.length, right.length)
  const below = shared.map((table, nth) => ({ table, y: bottom + 22 + nth * step, ...column }))
  const [from, to] = [boxOf(right, pins.table), boxOf(left, pins.copiedFrom)]
  const height = bottom + 22 + below.length * step + 36
  return `${[
    `<!-- Made by \`${command}\` from the catalog. Change a migration instead. -->`,
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 980 ${height}"`,
    '  font-family="system-ui, sans-serif" font-size="12" role="img">',
    '<title>The tables of driftpin, and what is deleted with what</title>',
    `<desc>${description(tables)}</desc>`,
    '<defs>',
    ...Object.entries(colours).map(([name, colour]) => arrowHead(name, colour)),
    '</defs>',
    `<rect width="980" height="${height}" rx="8" fill="#ffffff"/>`,
    ...panel(group.left, group.leftWidth, bottom, "the agent's side: the last report wins"),
    ...panel(group.right, group.rightWidth, bottom, 'goes with its chat, by CASCADE alone'),
    ...left.flatMap((box) => treeLines(box, left)),
    ...hubLines(chats, left),
    ...right.flatMap(({ y }) => busLine(y)),
    ...[...right, ...below].flatMap((box) => sideLines(box, [...right, ...below])),
    ...absentLine(from, to),
    ...[...left, ...right, ...below].flatMap(drawBox),
    ...drawHub(chats, left),
    ...drawLegend(height - 22),
    '</svg>',
  ].join('\n')}\n`
}

const keysOf = ({ constraints }: Table) => constraints.filter(({ kind }) => kind === 'foreign key')
const cascades = ({ onDelete }: { readonly onDelete: string | null }) => onDelete === 'cascade'
const refersTo = (child: Table, parent: Table) =>
  keysOf(child).some(({ references }) => references === parent.name)
const boxOf = (boxes: readonly Box[], name: string) =>
  boxes.find(({ table }) => table.name === name)!
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

function assertNoKey(table: Table, chats: Table): void {
  const others = keysOf(table).filter(({ references }) => references !== chats.name)
  if (others.length === 0) return
  const names = others.map(({ name }) => name).join(', ')
  throw new Error(`${table.name} refers to chats alone, on purpose, and there is ${names}.`)
}

/** Parents before their children, each child right below its parent. */
function inTree(tables: readonly Table[]): { table: Table; depth: number }[] {
  const parentOf = (table: Table) =>
    tables.find((other) => other !== table && refersTo(table, other))
  const below = (parent: Table | undefined, depth: number): { table: Table; depth: number }[] =>
    tables
      .filter((table) => parentOf(table) === parent)
      // What was reported is lowest, beside the pins.
      .sort((a, b) => Number(a.name === pins.copiedFrom) - Number(b.name === pins.copiedFrom))
      .flatMap((table) => [{ table, depth }, ...below(table, depth + 1)])
  return below(undefined, 0)
}

function description(tables: readonly Table[]): string {
  const said = tables.flatMap((table) =>
    keysOf(table).map(
      ({ columns, references, onDelete }) =>
        `${table.name} (${columns.join(', ')}) refers to ${references}, ${onDelete}.`,
    ),
  )
  return escaped(`${said.join(' ')} ${pins.table} has no key to any agent, on purpose.`)
}

const arrowHead = (name: string, colour: string) =>
  `<marker id="${name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" ` +
  `orient="auto-start-reverse"><path d="M0 0.5 L8 4 L0 7.5 z" fill="${colour}"/></marker>`

function line(path: string, kind: 'cascade' | 'setNull' | 'absent', hasHead = true): string {
  const dashes = {
    cascade: '',
    setNull: ' stroke-dasharray="6 4"',
    absent: ' stroke-dasharray="2 4"',
  }
  const head = hasHead ? ` marker-end="url(#${kind})"` : ''
  return `<path d="${path}" fill="none" stroke="${colours[kind]}" stroke-width="1.6"${dashes[kind]}${head}/>`
}

const kindOf = (key: { readonly onDelete: string | null }) =>
  cascades(key) ? 'cascade' : ('setNull' as const)

function panel(x: number, width: number, bottom: number, title: string): string[] {
  const height = bottom - top + 44
  return [
    `<rect x="${x}" y="${top - 44}" width="${width}" height="${height}" rx="8"`,
    '  fill="#f6f8fa" stroke="#d0d7de"/>',
    `<text x="${x + 12}" y="${top - 20}" fill="${colours.ink}" font-style="italic">${escaped(title)}</text>`,
  ]
}

function drawBox({ table, x, y, width }: Box): string[] {
  const isPins = table.name === pins.table
  const key = table.constraints.find(({ kind }) => kind === 'primary key')?.columns ?? []
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${boxHeight}" rx="5"`,
    `  fill="${isPins ? '#fff4d6' : '#ffffff'}" stroke="${colours.ink}"/>`,
    `<text x="${x + 10}" y="${y + 17}" font-weight="600" fill="${colours.ink}">${table.name}</text>`,
    small(x + 10, y + 32, `${key.join(', ')}${isPins ? ': the pins' : ''}`),
  ]
}

/** From a table on the left down from its parent. */
function treeLines({ table, x, y }: Box, boxes: readonly Box[]): string[] {
  return keysOf(table).map((key) => {
    const parent = boxOf(boxes, key.references!)
    const at = parent.x + 9
    return line(`M${x} ${y + boxHeight / 2} H${at} V${parent.y + boxHeight + 2}`, kindOf(key))
  })
}

const hubKeys = (chats: Table, left: readonly Box[]) =>
  left.flatMap(({ table }) => keysOf(chats).filter(({ references }) => references === table.name))
const rowY = (nth: number) => hub.y + 38 + nth * hub.rowHeight

/** From each key of chats to what it refers to; those below turn first, so that none cross. */
function hubLines(chats: Table, left: readonly Box[]): string[] {
  return hubKeys(chats, left).map((key, nth) => {
    const target = boxOf(left, key.references!)
    const [turn, y] = [hub.x - 22 - nth * 14, target.y + boxHeight / 2]
    const end = target.x + target.width + 2
    return line(`M${hub.x} ${rowY(nth) - 4} H${turn} V${y} H${end}`, kindOf(key))
  })
}

/** What chats refer to, and what they keep of their pins. */
function drawHub(chats: Table, left: readonly Box[]): string[] {
  const kept = chats.columns.filter(({ name }) => name.startsWith('context_'))
  const lines = [
    ...hubKeys(chats, left).map(({ columns }) => columns.join(', ')),
    ...kept.map(({ name }) => name),
  ]
  const height = 34 + lines.length * hub.rowHeight
  return [
    `<rect x="${hub.x}" y="${hub.y}" width="${hub.width}" height="${height}"`,
    `  rx="5" fill="#ffffff" stroke="${colours.ink}"/>`,
    `<text x="${hub.x + 10}" y="${hub.y + 17}" font-weight="600" fill="${colours.ink}">chats</text>`,
    ...lines.map((text, nth) => small(hub.x + 10, rowY(nth), text)),
  ]
}

/** From a chat-scoped table to chats; all share the way. */
function busLine(y: number): string {
  const [bus, entry] = [group.right - 30, hub.y + 14]
  return line(
    `M${group.right + 12} ${y + 14} H${bus} V${entry} H${hub.x + hub.width + 2}`,
    'cascade',
  )
}

/** From a table on the right to another one there, around the outside. */
function sideLines({ table, x, y, width }: Box, boxes: readonly Box[]): string[] {
  return keysOf(table).flatMap((key) => {
    const target = boxes.find(({ table: { name } }) => name === key.references)
    if (!target) return []
    const outside = x + width + 8 + 6 * (boxes.indexOf(target) % 3)
    const path = `M${x + width} ${y + 26} H${outside} V${target.y + 14} H${target.x + target.width + 2}`
    return [line(path, kindOf(key))]
  })
}

/** Between the pins and what they were copied from. */
function absentLine(from: Box, to: Box): string[] {
  const [y, start] = [from.y + 28, to.x + to.width + 2]
  const middle = (start + from.x) / 2
  const cross = `M${middle - 6} ${y - 6} l12 12 m0 -12 l-12 12`
  return [
    line(`M${from.x} ${y} H${start}`, 'absent', false),
    `<path d="${cross}" stroke="${colours.absent}" stroke-width="2.4"/>`,
    label(middle, y - 16, 'no key to any agent, on purpose:'),
    label(middle, y + 24, 'rows are copied, and outlive what they are of'),
  ]
}

function drawLegend(y: number): string[] {
  const kinds = [
    ['cascade', 'ON DELETE CASCADE: goes with it'],
    ['setNull', 'ON DELETE SET NULL: forgets it, and stays'],
    ['absent', 'no foreign key'],
  ] as const
  return kinds.flatMap(([kind, text], nth) => {
    const x = 28 + nth * 330
    return [
      line(`M${x} ${y} h36`, kind, kind !== 'absent'),
      `<text x="${x + 46}" y="${y + 4}" fill="${colours.ink}">${text}</text>`,
    ]
  })
}

const small = (x: number, y: number, text: string) =>
  `<text x="${x}" y="${y}" font-size="11" fill="#57606a">${escaped(text)}</text>`
const label = (x: number, y: number, text: string) =>
  `<text x="${x}" y="${y}" font-size="11" text-anchor="middle" fill="${colours.absent}">${text}</text>`
