import { Command } from 'commander'
import { countNoun } from './count-noun.js'
import { humanSize } from './human-size.js'
import { humanAgo } from './human-time.js'
import {
  type DatabaseOptions,
  devDatabaseOptions,
  onDevDatabase,
  withDevDatabase,
} from './open-database.js'
import { paint } from './paint.js'
import { printJson } from './print-json.js'
import { printable, shownPath } from './printable.js'
import { readStatus, type Status } from './read-status.js'
import { type FolderOptions, folderOptions, readChosen } from './with-migrator.js'

interface StatusOptions extends DatabaseOptions, FolderOptions {
  readonly ledger?: string
  readonly json?: boolean
}

/** `driftpin status`. */
export function statusCommand(): Command {
  const command = new Command('status').description('tell which database it is, and what is in it')
  return folderOptions(devDatabaseOptions(command))
    .option('--ledger <table>', 'the name of the ledger table; driftpin_migrations by default')
    .option('--json', 'print JSON')
    .action(showStatus)
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  driftpin status',
        '  driftpin status --database postgres://app@localhost/app --schema chat',
      ].join('\n'),
    )
}

async function showStatus({ json, ...options }: StatusOptions): Promise<void> {
  const chosen = await readChosen(onDevDatabase(options))
  const status = await withDevDatabase(options, (opened) => readStatus(opened, chosen))
  if (json) printJson(status)
  else console.log(renderStatus(status))
}

function renderStatus({ database, migrations, domain }: Status): string {
  const lines = [
    ...renderPlace(database),
    ['schema', printable(database.schema)],
    ['migrations', renderMigrations(migrations)],
    ...(domain ? renderDomain(domain) : [['chats', `no tables of driftpin in this schema`]]),
  ]
  return lines.map(([name = '', text]) => `${paint('bold', name.padEnd(12))}${text}`).join('\n')
}

function renderPlace(place: Status['database']): string[][] {
  const { kind, version, folder, serving, name, user } = place
  const engine = kind === 'embedded' ? `embedded PostgreSQL ${version}` : `PostgreSQL ${version}`
  const where = folder ?? `${name}, as ${user}`
  const since = serving && humanAgo(new Date(serving.startedAt))
  return [
    ['database', `${printable(engine)}, ${humanSize(place.sizeBytes)}`],
    [folder === null ? 'name' : 'folder', printable(where)],
    ...(serving
      ? [['served', `${serving.url}\n${' '.repeat(12)}by process ${serving.pid}, ${since}`]]
      : []),
  ]
}

function renderMigrations({ newest, folder, ...counts }: Status['migrations']): string {
  const { applied, pending, ...wrong } = counts
  const parts = [
    `${applied} applied${newest === null ? '' : `, up to ${newest}`}`,
    ...(folder === null ? [] : [`from ${shownPath(folder)}`]),
    ...(pending > 0 ? [paint('yellow', `${pending} pending`)] : []),
    ...Object.entries(wrong)
      .filter(([, count]) => count > 0)
      .map(([state, count]) => paint('red', `${count} ${state}`)),
  ]
  return parts.join(', ')
}

function renderDomain({ workspaces, agents, chats, pins }: NonNullable<Status['domain']>) {
  const dirty = `${chats.dirty} dirty`
  const states = [
    `${chats.hydrated} with pins`,
    chats.dirty > 0 ? paint('yellow', dirty) : dirty,
    `${chats.archived} archived`,
  ]
  return [
    [
      'agents',
      `${agents.count}, ${agents.reporting} reporting, in ${countNoun(workspaces, 'workspace')}`,
    ],
    ['chats', `${chats.count}: ${states.join(', ')}`],
    ['pins', `${pins.count}, ${humanSize(pins.sizeBytes)}`],
  ]
}
