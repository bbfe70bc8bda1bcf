import { isUtf8 } from 'node:buffer'
import { isMap } from 'yaml'
import { type JsonObject, textBytes, whyNotStorable } from '../schema/index.js'
import type { Candidate } from './candidates.js'
import { parseYamlStrictly } from './parse-yaml-strictly.js'

/** A body and, for a skill, the name that no other skill may have; or why there is no body. */
export type Made =
  | { readonly body: JsonObject; readonly skill?: string }
  | { readonly invalid: string }

/**
 * Makes the body of a resource from its content. Empty fields are left out.
 *
 * The content of `.mcp.json` is checked but never copied, not even into an error message, because
 * it may contain secrets.
 */
export function makeBody(kind: Candidate['kind'], source: string, content: Buffer): Made {
  if (!isUtf8(content)) return { invalid: 'not UTF-8' }
  if (kind === 'mcp_config') return isJson(content) ? { body: {} } : { invalid: 'not valid JSON' }
  const base64 = content.toString('base64')
  if (kind === 'instruction_file') return { body: base64 === '' ? {} : { content: base64 } }
  const directory = source.split('/').at(-2)!
  const read = readFrontMatter(decoded(content), directory)
  if ('invalid' in read) return read
  const { name, description } = read
  return { body: { meta: base64, name, description }, skill: name }
}

function isJson(content: Buffer): boolean {
  try {
    JSON.parse(decoded(content))
    return true
  } catch {
    return false
  }
}

/** The text without the byte order mark that editors on Windows write. */
function decoded(content: Buffer): string {
  return new TextDecoder().decode(content)
}

/** The name and description of a skill, or why they are not valid. */
export type FrontMatter =
  | { readonly name: string; readonly description: string }
  | { readonly invalid: string }

/** From the Agent Skills specification, https://agentskills.io/specification, in characters. */
const nameCharsMax = 64
const descriptionCharsMax = 1024

/** Far more than the specification needs, and too little for input that makes the parser slow. */
const frontMatterBytesMax = 16 * 1024

/**
 * Reads name and description from the front matter of a SKILL.md: YAML between two lines `---`, of
 * which the first is the first line of the file. Lines may end in CRLF. Other fields are ignored.
 *
 * The name must equal the name of the skill's directory and consist of lower case letters, digits
 * and single hyphens between them.
 */
export function readFrontMatter(text: string, directory: string): FrontMatter {
  const yaml = cutOut(text)
  if ('invalid' in yaml) return yaml
  const { contents, invalid } = parseYamlStrictly(yaml.text)
  if (invalid !== undefined) return { invalid: `front matter: ${invalid}` }
  if (!isMap(contents)) return { invalid: 'front matter is not a map of fields' }

  const [name, description] = [contents.get('name'), contents.get('description')]
  const reason = whyNotName(name, directory) ?? whyNotDescription(description)
  if (reason !== undefined) return { invalid: `front matter: ${reason}` }
  return { name: directory, description: description as string }
}

function cutOut(text: string): { text: string } | { invalid: string } {
  const isFence = (line: string) => /^---[ \t]*\r?$/.test(line)
  const lines = text.split('\n')
  if (!isFence(lines[0]!)) return { invalid: 'no front matter: the first line is not ---' }
  const end = lines.findIndex((line, i) => i > 0 && isFence(line))
  if (end < 0) return { invalid: 'front matter without an end: there is no second line ---' }
  // Without a final line feed, the carriage return of the last line would become content.
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
  if (name !== directory) return "name differs from the name of the skill's directory"
  return undefined
}

function whyNotDescription(text: unknown): string | undefined {
  if (text === undefined || text === null) return 'description is missing'
  if (typeof text !== 'string') return 'description is not a string'
  if (text.trim() === '') return 'description is empty'
  if ([...text].length > descriptionCharsMax) {
    return `description has more than ${descriptionCharsMax} characters`
  }
  const reason = whyNotStorable(text)
  return reason && `description ${reason}`
}
