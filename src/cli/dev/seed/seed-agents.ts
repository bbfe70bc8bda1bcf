/** A file that an agent found: its path below the directory it works in, and its text. */
export type SeedFile = readonly [path: string, text: string]

/** A workspace of somebody's, with one build and one agent in it. */
export interface SeedAgent {
  /** Also the last digits of the ids of agent, build and workspace. */
  readonly number: number
  readonly owner: keyof typeof seedOwners
  readonly workspace: string
  readonly directory: string
  /** What it pushed, oldest first, each with how many hours ago. */
  readonly pushes: readonly { readonly hoursAgo: number; readonly files: readonly SeedFile[] }[]
  /** Whether it is gone by now, and its build with it. */
  readonly gone?: boolean
}

/** Three people, whom the host application knows by more than an id. */
export const seedOwners = {
  ada: 'ada00000-0000-4000-8000-000000000001',
  bea: 'bea00000-0000-4000-8000-000000000002',
  dee: 'dee00000-0000-4000-8000-000000000003',
} as const

const skill = (name: string, description: string, text: string): SeedFile => [
  `skills/${name}/SKILL.md`,
  `---\nname: ${name}\ndescription: ${description}\n---\n${text}\n`,
]

const shopFiles: readonly SeedFile[] = [
  [
    'AGENTS.md',
    '# Shop\n\nPrices are integers of cents. Run `npm test` before you commit, and never edit a\n' +
      'migration that is merged.\n',
  ],
  ['CLAUDE.md', 'Read AGENTS.md. Answer in the language of the question.\n'],
  ['.mcp.json', '{"mcpServers": {"tickets": {"command": "tickets-mcp"}}}\n'],
  skill('release-notes', 'Writes what is new for customers.', 'One line a change, no commit ids.'),
]

const tideFiles: readonly SeedFile[] = [
  ['AGENTS.md', '# Tide tables\n\nTimes are UTC, heights are metres above chart datum.\n'],
  skill('add-station', 'Adds a station and its constants.', 'Ask for the datum first.'),
]

/** Every directory that agents of the seed have reported, and one that nobody has yet. */
export const seedAgents: readonly SeedAgent[] = [
  {
    number: 1,
    owner: 'ada',
    workspace: 'shop',
    directory: '/home/ada/shop',
    pushes: [
      { hoursAgo: 1300, files: shopFiles },
      {
        hoursAgo: 20,
        files: [
          ['AGENTS.md', `${shopFiles[0]![1]}Gift cards are paid out in one currency only.\n`],
          ...shopFiles.slice(1, 3),
          skill('deploy', 'Brings main to production.', 'Never on a Friday.'),
        ],
      },
    ],
  },
  {
    number: 2,
    owner: 'bea',
    workspace: 'tides',
    directory: '/home/bea/tides',
    pushes: [{ hoursAgo: 200, files: tideFiles }],
  },
  {
    number: 3,
    owner: 'bea',
    workspace: 'tides-2019',
    directory: '/home/bea/tides-2019',
    pushes: [{ hoursAgo: 600, files: tideFiles.slice(0, 1) }],
    gone: true,
  },
  { number: 4, owner: 'dee', workspace: 'handbook', directory: '/home/dee/handbook', pushes: [] },
]
