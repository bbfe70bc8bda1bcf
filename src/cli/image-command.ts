import type { Command } from '@commander-js/extra-typings'
import type { OnProgress } from '../pglite/index.js'
import { dataFolderOf, usualDataFolder } from './data-folder.js'
import { defineCommand, defineGroup } from './define-command.js'
import { type ListedImage, listImages } from './image/images.js'
import { restoreImage } from './image/restore-image.js'
import { saveImage } from './image/save-image.js'
import { renderTable } from './table.js'
import { countNoun, exactTime, humanSize, openProgress, say } from './terminal.js'

const imageOptions = (command: Command) =>
  command
    .option('--data <dir>', 'the folder of the dev database', usualDataFolder)
    .option('--json', 'print JSON')

const saveCommand = defineCommand({
  name: 'save',
  description: 'save the dev database under a name',
  options: (command) =>
    imageOptions(command)
      .argument('<name>', 'the name of the image')
      .option('--force', 'replace an image of this name'),
  run: async (name, { data, force }) => {
    using progress = openProgress()
    const onProgress: OnProgress = (bytes, ofBytes) =>
      progress.show(`Saving ${humanSize(bytes)} of ${humanSize(ofBytes)}`)
    const saved = await saveImage(await dataFolderOf(data), name, { force, onProgress })
    const facts = `${humanSize(saved.bytes)}, ${countNoun(saved.migrations.applied, 'migration')}`
    return { json: saved, text: () => say(`Saved ${name}: ${facts}.`) }
  },
})

const restoreCommand = defineCommand({
  name: 'restore',
  description: 'restore an image; the current database is lost',
  options: (command) => imageOptions(command).argument('<name>', 'the name of the image'),
  run: async (name, { data }) => {
    const facts = await restoreImage(await dataFolderOf(data), name)
    const savedAt = exactTime(new Date(facts.savedAt))
    return { json: { name, ...facts }, text: () => say(`Restored ${name}, saved at ${savedAt}.`) }
  },
})

const listCommand = defineCommand({
  name: 'list',
  description: 'list the images',
  options: imageOptions,
  run: async ({ data }) => {
    const images = await listImages(await dataFolderOf(data))
    const json = images.map(({ facts, ...image }) => ({ ...image, ...facts }))
    return { json, text: () => print(images) }
  },
})

/** `driftpin image` and its subcommands: named copies of the dev database. */
export const imageCommand = defineGroup(
  {
    name: 'image',
    description: 'save and restore the dev database',
    notes: [
      'This works while driftpin dev runs: other clients wait while an image is saved,',
      'and are disconnected when one is restored.',
    ],
    examples: [
      'driftpin image save before-the-refactoring',
      'driftpin image restore before-the-refactoring',
      'driftpin image list --json',
    ],
  },
  [saveCommand, restoreCommand, listCommand],
)

function print(images: readonly ListedImage[]): void {
  if (images.length === 0) {
    say('There are no images yet. To save one: driftpin image save NAME')
    return
  }
  const rows = images.map(({ name, bytes, facts }) => [
    name,
    humanSize(bytes),
    facts ? exactTime(new Date(facts.savedAt)) : 'damaged',
    facts ? facts.migrations.applied : 0,
    facts ? facts.pglite : '',
  ])
  console.log(renderTable({ columns: ['name', 'size', 'saved', 'migrations', 'PGlite'], rows }))
}
