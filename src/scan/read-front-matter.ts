import { isMap, type YAMLMap } from 'yaml'
import { textBytes, whyNotStorable } from '../schema/index.js'
import { parseYamlStrictly } from './parse-yaml-strictly.js'

/** What a skill says about itself, or why it may not. */
export type FrontMatter =
  | { readonly name: string; readonly description: string }
  | { readonly invalid: string }

/** The Agent Skills specification, https://agentskills.io/specification, in characters. */
const nameCharsMax = 64
const descriptionCharsMax = 1024

/** Far more than the specification needs, and too little for any pattern the parser is slow at. */
const frontMatterBytesMax = 16 * 1024

/**
 * Reads name and description from the front matter of a SKILL.md: YAML between two lines `---`,
 * the first of which begins the file. Lines may end in CRLF. Other fields are ignored.
 *
 * The name must be that of the skill's directory, in lower case letters, digits and single hyphens
 * between them.
 */
export function readFrontMatter(text: string, directory: string): FrontMatter {
  const yaml = cutOut(text)
  if ('invalid' in yaml) return yaml
  const { contents, invalid } = parseYamlStrictly(yaml.text)
  if (invalid !== undefined) return { invalid: `front matter: ${invalid}` }
  if (!isMap(contents)) return { invalid: 'front matter is not a map of fields' }

  const name = contents.get('name')
  const reason = whyNotName(name, directory)
  if (reason !== undefined) return { invalid: `front matter: ${reason}` }
  const description = readDescription(contents)
  if ('invalid' in description) return description
  return { name: directory, description: description.text }
}

function cutOut(text: string): { text: string } | { invalid: string } {
  const isFence = (line: string) => /^---[ \t]*\r?$/.test(line)
  const lines = text.split('\n')
  if (!isFence(lines[0]!)) return { invalid: 'no front matter: the first line is not ---' }
  const end = lines.findIndex((line, i) => i > 0 && isFence(line))
  if (end < 0) return { invalid: 'front matter without an end: no second line is ---' }
  // The last line needs its end too, or a carriage return would stay behind as content.
  const yaml = `${lines.slice(1, end).join('\n')}\n`
  return textBytes(yaml) > frontMatterBytesMax
    ? { invalid: `front matter of more than ${frontMatterBytesMax} bytes` }
    : { text: yaml }
}

function whyNotName(name: unknown, directory: string): string | undefined {
  if (name === undefined || name === null || name === '') return 'name is missing'
  if (typeof name !== 'string') return 'name is not a string'
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) {
    return 'name is not made of lower case letters and digits with single hyphens between them'
  }
  if (name.length > nameCharsMax) return `name has more than ${nameCharsMax} characters`
  if (name !== directory) return "name is not that of the skill's directory"
  return undefined
}

function readDescription(contents: YAMLMap): { text: string } | { invalid: string } {
  const text = contents.get('description')
  if (text === undefined || text === null)
    return { invalid: 'front matter: description is missing' }
  if (typeof text !== 'string') return { invalid: 'front matter: description is not a string' }
  if (text.trim() === '') return { invalid: 'front matter: description is empty' }
  if ([...text].length > descriptionCharsMax) {
    const reason = `description has more than ${descriptionCharsMax} characters`
    return { invalid: `front matter: ${reason}` }
  }
  const reason = whyNotStorable(text)
  return reason === undefined ? { text } : { invalid: `front matter: description ${reason}` }
}
