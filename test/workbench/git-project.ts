import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { run } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

/** Neither the configuration of whoever runs the tests nor the clock is part of a test. */
const env = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'test',
  GIT_AUTHOR_EMAIL: 'test@example.org',
  GIT_COMMITTER_NAME: 'test',
  GIT_COMMITTER_EMAIL: 'test@example.org',
}

/** A repository of git with a folder of migrations in it. */
export interface GitProject {
  readonly root: string
  /** The folder of the migrations. */
  readonly directory: string
  /** Runs git, and fails when it does, unless told that it may. */
  git(...args: string[]): Promise<string>
  tryGit(...args: string[]): Promise<number | null>
  /** Writes files, by their paths from the folder of the migrations. */
  write(files: Readonly<Record<string, string>>): Promise<void>
  commit(message: string): Promise<void>
  /** All files of the folder by their paths, sorted. */
  files(): Promise<string[]>
  read(file: string): Promise<string>
}

/** The three files of a migration. */
export function migrationFiles(label: string, text = `-- ${label}`): Record<string, string> {
  return {
    [`${label}.up.sql`]: `${text}: up\n`,
    [`${label}.down.sql`]: `${text}: down\n`,
    [`fixtures/${label}.sql`]: `${text}: fixture\n`,
  }
}

/** @param folder Where the migrations are in it. */
export async function gitProject(branch = 'main', folder = 'db/migrations'): Promise<GitProject> {
  const root = await temporaryFolder()
  const directory = join(root, folder)
  await mkdir(directory, { recursive: true })
  const tryRun = (args: readonly string[]) => run('git', args, { cwd: root, env })
  const git = async (...args: string[]) => {
    const { code, stdout, stderr } = await tryRun(args)
    if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}${stdout}`)
    return stdout
  }
  await git('init', '-q', '-b', branch)
  return {
    root,
    directory,
    git,
    tryGit: async (...args) => (await tryRun(args)).code,
    async write(files) {
      for (const [file, text] of Object.entries(files)) {
        await mkdir(dirname(join(directory, file)), { recursive: true })
        await writeFile(join(directory, file), text)
      }
    },
    async commit(message) {
      await git('add', '-A')
      await git('commit', '-q', '-m', message)
    },
    async files() {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true })
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
        .sort()
    },
    read: (file) => readFile(join(directory, file), 'utf8'),
  }
}

/**
 * A base that has 1 and 2, a branch that adds 3 and 4 to it, and a base that has added its own 3
 * meanwhile. The branch is checked out.
 */
export async function twoBranches(): Promise<GitProject> {
  const project = await gitProject()
  await project.write({ ...migrationFiles('001_one'), ...migrationFiles('002_two') })
  await project.commit('base')
  await project.git('checkout', '-q', '-b', 'feature')
  await project.write({
    ...migrationFiles('003_mine'),
    ...migrationFiles('004_more', '-- After 003_mine.up.sql, see 003_mine'),
    'README.md': '003_mine and 004_more, but not 003_mine_too; 003_theirs and 001_one stay.\n',
  })
  await project.commit('branch')
  await project.git('checkout', '-q', 'main')
  await project.write(migrationFiles('003_theirs'))
  await project.commit('base goes on')
  await project.git('checkout', '-q', 'feature')
  return project
}
