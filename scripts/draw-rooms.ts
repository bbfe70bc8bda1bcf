import { basename } from 'node:path'
import type { SourceFile } from './import-graph.ts'

interface Folder {
  readonly name: string
  /** The first sentence of its index.ts, or of the file that the package runs. */
  readonly purpose: string
  /** The folders that it imports. */
  readonly imports: ReadonlySet<string>
}

const [width, margin, boxWidth, boxHeight, rowHeight, gap] = [980, 16, 220, 72, 122, 22]
const colours = { ink: '#1f2328', muted: '#59636e', edge: '#0072B2', box: '#f6f8fa' }

const caption =
  'A folder imports the folders that its lines lead to, and those below them. No import runs upward.'

/**
 * Draws the folders of src as an SVG, each above what it imports. A folder that is also reached
 * through another one has no line of its own, so that the order can be seen.
 */
export function drawRooms(files: readonly SourceFile[], command: string): string {
  const folders = foldersOf(files)
  const rows = rowsOf(folders)
  const places = new Map<string, { folder: Folder; x: number; y: number }>()
  for (const [depth, row] of rows.entries()) {
    // Below the folders that lead to it, so that few lines cross.
    const wanted = (folder: Folder) => {
      const above = [...places.values()].filter((one) => one.folder.imports.has(folder.name))
      return above.reduce((sum, { x }) => sum + x, 0) / above.length
    }
    const left = (width - row.length * boxWidth - (row.length - 1) * gap) / 2
    const ordered = row.toSorted((a, b) => wanted(a) - wanted(b))
    for (const [nth, folder] of ordered.entries()) {
      places.set(folder.name, {
        folder,
        x: left + nth * (boxWidth + gap),
        y: 52 + depth * rowHeight,
      })
    }
  }
  const height = 52 + (rows.length - 1) * rowHeight + boxHeight + margin
  const lines = folders.flatMap((folder) =>
    directImports(folder, folders).map((name) => {
      const [from, to] = [places.get(folder.name)!, places.get(name)!]
      const [x1, x2] = [from.x + boxWidth / 2, to.x + boxWidth / 2]
      const [y1, y2] = [from.y + boxHeight, to.y - 2]
      const bend = (y2 - y1) / 2
      const path = `M${x1} ${y1} C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`
      return `<path d="${path}" fill="none" stroke="${colours.edge}" marker-end="url(#arrow)"/>`
    }),
  )
  const boxes = [...places.values()].flatMap(({ folder, x, y }) => [
    `<rect x="${x}" y="${y}" width="${boxWidth}" height="${boxHeight}" rx="6"`,
    `  fill="${colours.box}" stroke="${colours.muted}"/>`,
    `<text x="${x + 12}" y="${y + 22}" font-weight="600" fill="${colours.ink}">${folder.name}</text>`,
    ...wrap(folder.purpose, Math.floor((boxWidth - 24) / 6.3)).map(
      (text, nth) =>
        `<text x="${x + 12}" y="${y + 37 + 13 * nth}" font-size="11" fill="${colours.muted}">${text}</text>`,
    ),
  ])
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
    ...lines,
    ...boxes,
    '</svg>',
  ].join('\n')}\n`
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

/** The folders by their distance from those that import nothing, the farthest first. */
function rowsOf(folders: readonly Folder[]): Folder[][] {
  const depthOf = (folder: Folder): number =>
    Math.max(
      0,
      ...folders.filter(({ name }) => folder.imports.has(name)).map((one) => depthOf(one) + 1),
    )
  const depths = folders.map(depthOf)
  const rows = Array.from({ length: Math.max(...depths) + 1 }, (_, depth) =>
    folders.filter((_, nth) => depths[nth] === depth),
  )
  return rows.toReversed()
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

function wrap(text: string, columns: number): string[] {
  const lines: string[] = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!
    if (line !== '' && line.length + word.length >= columns) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}
