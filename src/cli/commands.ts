import type { Command } from 'commander'

/**
 * All commands, in the groups that the help shows. Each command is loaded only when it is used:
 * loading all of them takes longer than starting a database.
 */
export const commandGroups: Readonly<
  Record<string, Readonly<Record<string, () => Promise<Command>>>>
> = {
  'A database without installation:': {
    dev: async () => (await import('./dev-command.js')).devCommand(),
    status: async () => (await import('./status-command.js')).statusCommand(),
    stats: async () => (await import('./stats-command.js')).statsCommand(),
    query: async () => (await import('./query-command.js')).queryCommand(),
    image: async () => (await import('./image-command.js')).imageCommand(),
  },
  'Chats and their pinned context:': {
    chats: async () => (await import('./chats-command.js')).chatsCommand(),
    pins: async () => (await import('./pins-command.js')).pinsCommand(),
    drift: async () => (await import('./drift-command.js')).driftCommand(),
    diff: async () => (await import('./diff-command.js')).diffCommand(),
    skill: async () => (await import('./skill-command.js')).skillCommand(),
    tools: async () => (await import('./tools-command.js')).toolsCommand(),
    prompt: async () => (await import('./prompt-command.js')).promptCommand(),
    refresh: async () => (await import('./refresh-command.js')).refreshCommand(),
    unpin: async () => (await import('./unpin-command.js')).unpinCommand(),
    scan: async () => (await import('./scan-command.js')).scanCommand(),
    push: async () => (await import('./push-command.js')).pushCommand(),
    agents: async () => (await import('./agents-command.js')).agentsCommand(),
    archive: async () => (await import('./archive-command.js')).archiveCommand(),
    purge: async () => (await import('./purge-command.js')).purgeCommand(),
  },
  'Migrations and tests:': {
    migrate: async () => (await import('./migrate-command.js')).migrateCommand(),
    grants: async () => (await import('./grants-command.js')).grantsCommand(),
    generate: async () => (await import('./generate-command.js')).generateCommand(),
    open: async () => (await import('./open-command.js')).openCommand(),
    fuzz: async () => (await import('./fuzz-command.js')).fuzzCommand(),
    demo: async () => (await import('./demo-command.js')).demoCommand(),
  },
}
