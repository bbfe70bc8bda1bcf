import { getSkill, listPins } from '../context/index.js'
import { chatArgument, findChat } from './chats.js'
import { UsageError } from './command-error.js'
import { defineDomainCommand } from './domain-tables.js'
import { printable } from './terminal.js'

/** `driftpin skill CHAT NAME`. */
export const skillCommand = defineDomainCommand({
  name: 'skill',
  description: 'print the SKILL.md of a skill that a chat has pinned',
  options: (command) =>
    command.argument('<chat>', chatArgument).argument('<name>', 'the name of the skill'),
  examples: ['driftpin skill 3f0c release-notes', 'driftpin skill 3f0c release-notes > SKILL.md'],
  run: async (database, written, name) => {
    const key = { chatId: (await findChat(database, written)).id }
    const skill = await getSkill(database, { ...key, name })
    if (!skill) {
      const pins = await listPins(database, key)
      const names = pins.flatMap((pin) => (pin.skill && pin.status === 'ok' ? pin.skill.name : []))
      const known = names.length > 0 ? `It has ${names.map(printable).join(', ')}.` : 'It has none.'
      throw new UsageError(`This chat has no skill ${printable(name)}. ${known}`)
    }
    const { text, source } = skill
    if (text === null)
      throw new UsageError(`${printable(source)} is not UTF-8: driftpin pins --body`)
    return { json: skill, text: () => console.log(shown(text)) }
  },
})

/** A terminal obeys some characters, which a file gets as they are. */
const shown = (text: string) => {
  const whole = text.replace(/\n$/, '')
  return process.stdout.isTTY ? whole.split('\n').map(printable).join('\n') : whole
}
