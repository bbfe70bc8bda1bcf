import { Command } from 'commander'
import type { OnProgress } from '../pglite/index.js'
import { countNoun } from './count-noun.js'
import { dataFolderOf, usualDataFolder } from './data-folder.js'
import { humanSize } from './human-size.js'
import { exactTime } from './human-time.js'
import { listImages } from './image/list-images.js'
import { restoreImage } from './image/restore-image.js'
import { type SavedImage, saveImage } from './image/save-image.js'
import { openProgress } from './open-progress.js'
import { printJson } from './print-json.js'
import { renderTable } from './render-table.js'

interface ImageOptions {
  readonly data: string
  readonly force?: boolean
  readonly json?: boolean
}

/** `driftpin image` and what stands below it: named states of the dev database. */
export function imageCommand(): Command {
  const save = subcommand('save', 'keep the state of the dev database under a name')
    .argument('<name>', 'what to call it')
    .option('--force', 'replace the one that has the name')
    .action(saveOne)
  const restore = subcommand('restore', 'go back to a state; what is there now is lost')
    .argument('<name>', 'the image to go back to')
    .action(restoreOne)
  const list = subcommand('list', 'show the states that there are').action(listAll)
  return new Command('image')
    .description('keep states of the dev database, and go back to them')
    .addCommand(save)
    .addCommand(restore)
    .addCommand(list)
    .addHelpText(
      'after',
      [
        '',
        'A running driftpin dev goes on serving: others wait while an image is saved, and',
        'clients are ended when it goes back to one.',
        '',
        'Examples:',
        '  driftpin image save before-the-refactoring',
        '  driftpin image restore before-the-refactoring',
        '  driftpin image list --json',
      ].join('\n'),
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
  console.log(`Saved ${name}: ${humanSize(saved.bytes)}, ${countNoun(applied, 'migration')}.`)
}

/** The line of progress is gone before anything else is printed. */
async function saveShown(folder: string, name: string, force?: boolean): Promise<SavedImage> {
  using progress = openProgress()
  const onProgress: OnProgress = (bytes, ofBytes) =>
    progress.show(`Saving ${humanSize(bytes)} of ${humanSize(ofBytes)}`)
  return await saveImage(folder, name, { force, onProgress })
}

async function restoreOne(name: string, { data, json }: ImageOptions): Promise<void> {
  const facts = await restoreImage(await dataFolderOf(data), name)
  if (json) return printJson({ name, ...facts })
  console.log(`Restored ${name}, as it was saved at ${exactTime(new Date(facts.savedAt))}.`)
}

async function listAll({ data, json }: ImageOptions): Promise<void> {
  const images = await listImages(await dataFolderOf(data))
  if (json) {
    return printJson(images.map(({ name, bytes, facts }) => ({ name, bytes, ...facts })))
  }
  if (images.length === 0) {
    console.log('There is no image yet. Make one with: driftpin image save NAME')
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
