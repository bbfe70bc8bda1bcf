import { Command } from 'commander'
import type { OnProgress } from '../pglite/index.js'
import { dataFolderOf, usualDataFolder } from './data-folder.js'
import { listImages } from './image/images.js'
import { restoreImage } from './image/restore-image.js'
import { type SavedImage, saveImage } from './image/save-image.js'
import { helpText } from './options.js'
import { renderTable } from './table.js'
import { countNoun, exactTime, humanSize, openProgress, printJson, say } from './terminal.js'

interface ImageOptions {
  readonly data: string
  readonly force?: boolean
  readonly json?: boolean
}

/** `driftpin image` and its subcommands: named copies of the dev database. */
export function imageCommand(): Command {
  const save = subcommand('save', 'save the dev database under a name')
    .argument('<name>', 'the name of the image')
    .option('--force', 'replace an image of this name')
    .action(saveOne)
  const restore = subcommand('restore', 'restore an image; the current database is lost')
    .argument('<name>', 'the name of the image')
    .action(restoreOne)
  const list = subcommand('list', 'list the images').action(listAll)
  return new Command('image')
    .description('save and restore the dev database')
    .addCommand(save)
    .addCommand(restore)
    .addCommand(list)
    .addHelpText(
      'after',
      helpText(
        [
          'driftpin image save before-the-refactoring',
          'driftpin image restore before-the-refactoring',
          'driftpin image list --json',
        ],
        [
          'This works while driftpin dev runs: other clients wait while an image is saved,',
          'and are disconnected when one is restored.',
        ],
      ),
    )
}

function subcommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--data <dir>', 'the folder of the dev database', usualDataFolder)
    .option('--json', 'print JSON')
}

async function saveOne(name: string, { data, force, json }: ImageOptions): Promise<void> {
  const saved = await saveShown(await dataFolderOf(data), name, force)
  if (json) return printJson(saved)
  const { applied } = saved.migrations
  say(`Saved ${name}: ${humanSize(saved.bytes)}, ${countNoun(applied, 'migration')}.`)
}

/** The progress line is removed before anything else is printed. */
async function saveShown(folder: string, name: string, force?: boolean): Promise<SavedImage> {
  using progress = openProgress()
  const onProgress: OnProgress = (bytes, ofBytes) =>
    progress.show(`Saving ${humanSize(bytes)} of ${humanSize(ofBytes)}`)
  return await saveImage(folder, name, { force, onProgress })
}

async function restoreOne(name: string, { data, json }: ImageOptions): Promise<void> {
  const facts = await restoreImage(await dataFolderOf(data), name)
  if (json) return printJson({ name, ...facts })
  say(`Restored ${name}, saved at ${exactTime(new Date(facts.savedAt))}.`)
}

async function listAll({ data, json }: ImageOptions): Promise<void> {
  const images = await listImages(await dataFolderOf(data))
  if (json) {
    return printJson(images.map(({ name, bytes, facts }) => ({ name, bytes, ...facts })))
  }
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
