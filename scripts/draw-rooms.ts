import { basename } from 'node:path'
import {
  type Edge,
  type EdgeLabel,
  Graph,
  type GraphLabel,
  layout,
  type NodeLabel,
  type Point,
} from '@dagrejs/dagre'
import type { SourceFile } from './import-graph.ts'

interface Folder {
  readonly name: string
  /** The first sentence of its index.ts, or of the file that the package runs. */
  readonly purpose: string
  /** The folders that it imports. */
  readonly imports: ReadonlySet<string>
}

const [margin, boxWidth, lineHeight] = [16, 220, 13]
const colours = { ink: '#1f2328', muted: '#59636e', edge: '#0072B2', box: '#f6f8fa' }

const caption =
  'A folder imports the folders that its lines lead to, and those below them. No import runs upward.'

/**
 * Draws the folders of src as an SVG, each above what it imports. A folder that is also reached
 * through another one has no line of its own, so that the order can be seen.
 */
export function drawRooms(files: readonly SourceFile[], command: string): string {
  const folders = foldersOf(files)
  const graph = layOut(folders)
  const { width = 0, height = 0 } = graph.graph()
  return `${[
    `<!-- Made by \`${command}\` from the imports of src. -->`,
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"`,
    '  font-family="system-ui, sans-serif" font-size="13" role="img">',
    '<title>The folders of src, each above the folders that it imports</title>',
    `<desc>${folders.map(describe).join(' ')}</desc>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8"',
    `  markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="${colours.edge}"/></marker></defs>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#ffffff"/>`,
    `<text x="${margin}" y="30" fill="${colours.ink}">${caption}</text>`,
    ...graph.edges().map((edge: Edge) => drawLine(graph.edge(edge).points)),
    ...folders.flatMap((folder) => drawBox(folder, graph.node(folder.name))),
    '</svg>',
  ].join('\n')}\n`
}

/** Gives each folder a place, and each line a way around the folders between its ends. */
function layOut(folders: readonly Folder[]): Graph<GraphLabel, NodeLabel, Required<EdgeLabel>> {
  const graph = new Graph<GraphLabel, NodeLabel, Required<EdgeLabel>>()
  graph.setGraph({ nodesep: 26, edgesep: 26, ranksep: 44, marginx: margin, marginy: 52 })
  graph.setDefaultEdgeLabel(() => ({}) as Required<EdgeLabel>)
  for (const { name, purpose } of folders) {
    graph.setNode(name, { width: boxWidth, height: 34 + lineHeight * wrap(purpose).length })
  }
  for (const folder of folders) {
    for (const name of directImports(folder, folders)) graph.setEdge(folder.name, name)
  }
  layout(graph)
  return graph
}

function drawLine(points: readonly Point[]): string {
  const [first, ...rest] = points.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) }))
  const last = rest.pop()!
  // Each point between is where the curve bends, and the middle of two points is on it.
  const curves = rest.map((point, nth) => {
    const next = rest[nth + 1]
    const end = next ? { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 } : last
    return `Q${point.x} ${point.y} ${end.x} ${end.y}`
  })
  const path = `M${first!.x} ${first!.y} ${curves.join(' ')}`
  return `<path d="${path}" fill="none" stroke="${colours.edge}" marker-end="url(#arrow)"/>`
}

function drawBox({ name, purpose }: Folder, node: NodeLabel): string[] {
  const { width, height } = node
  const [x, y] = [Math.round(node.x! - width / 2), Math.round(node.y! - height / 2)]
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6"`,
    `  fill="${colours.box}" stroke="${colours.muted}"/>`,
    `<text x="${x + 12}" y="${y + 22}" font-weight="600" fill="${colours.ink}">${name}</text>`,
    ...wrap(purpose).map(
      (text, nth) =>
        `<text x="${x + 12}" y="${y + 37 + lineHeight * nth}" font-size="11" fill="${colours.muted}">${text}</text>`,
    ),
  ]
}

const folderOf = (file: string) => /^src\/([^/]+)\//.exec(file)?.[1]

function foldersOf(files: readonly SourceFile[]): Folder[] {
  const names = new Set(
    files.map(({ file }) => folderOf(file)).filter((name) => name !== undefined),
  )
  return [...names].map((name) => {
    const own = files.filter(({ file }) => folderOf(file) === name)
    const door = own.find(({ file }) => /^src\/[^/]+\/(index|main)\.ts$/.test(file))
    const purpose = /^\/\*\*\n \* ((?:.|\n \* )*?\.)$/m.exec(door?.text ?? '')?.[1]
    if (purpose === undefined) {
      throw new Error(
        `${door ? basename(door.file) : 'index.ts'} of src/${name} has no first sentence`,
      )
    }
    const imported = own.flatMap(({ imports }) => imports.map(folderOf))
    const imports = imported.filter((other) => other !== undefined && other !== name)
    return {
      name,
      purpose: purpose.replaceAll('\n * ', ' '),
      imports: new Set(imports as string[]),
    }
  })
}

/** The imports that no other import of the folder leads to. */
function directImports(folder: Folder, folders: readonly Folder[]): string[] {
  const reaches = (name: string, target: string): boolean => {
    const { imports } = folders.find((one) => one.name === name)!
    return imports.has(target) || [...imports].some((next) => reaches(next, target))
  }
  const all = [...folder.imports]
  return all.filter((name) => !all.some((other) => other !== name && reaches(other, name)))
}

const describe = ({ name, imports }: Folder) =>
  imports.size === 0
    ? `${name} imports no other folder.`
    : `${name} imports ${[...imports].toSorted().join(', ')}.`

function wrap(text: string): string[] {
  const columns = Math.floor((boxWidth - 24) / 6.3)
  const lines: string[] = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!
    if (line !== '' && line.length + word.length >= columns) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}
