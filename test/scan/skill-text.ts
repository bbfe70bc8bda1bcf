/** A valid SKILL.md. */
export function skillText(name: string, description = 'Does one thing well.', rest = ''): string {
  return `---\nname: ${name}\ndescription: ${description}\n---\n\n# ${name}\n${rest}`
}
