import { Command } from 'commander'
export function imageCommand(): Command {
  return new Command('image')
}
