import type { Rule } from '../rule.js'

const isUp = (file: string) => /^src\/migrations\/sql\/.*\.up\.sql$/.test(file)

export const indexComments: Rule = {
  name: 'an index does not say which statement it serves',
  instead: 'Write COMMENT ON INDEX, and what it serves: one that serves nothing costs every write.',
  applies: isUp,
  find: ({ text }) =>
    [...text.matchAll(/^CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)(\w+)/gm)].flatMap(
      ({ 1: name, index }) => (text.includes(`COMMENT ON INDEX ${name} IS`) ? [] : [index]),
    ),
  planted: [{ file: 'src/migrations/sql/1_a.up.sql', text: 'CREATE INDEX i ON a (b);\n' }],
  fine: [
    {
      file: 'src/migrations/sql/1_a.up.sql',
      text: "CREATE INDEX i ON a (b);\nCOMMENT ON INDEX i IS 'Serves the list.';\n",
    },
  ],
}

export const tableComments: Rule = {
  name: 'a table has no COMMENT',
  instead: 'Write COMMENT ON TABLE: it is what schema.sql and psql show.',
  applies: isUp,
  find: ({ text }) =>
    [...text.matchAll(/^CREATE (?:UNLOGGED )?TABLE (\w+)/gm)].flatMap(({ 1: name, index }) =>
      text.includes(`COMMENT ON TABLE ${name} IS`) ? [] : [index],
    ),
  planted: [{ file: 'src/migrations/sql/1_a.up.sql', text: 'CREATE TABLE a ();\n' }],
  fine: [
    {
      file: 'src/migrations/sql/1_a.up.sql',
      text: "CREATE TABLE a ();\nCOMMENT ON TABLE a IS 'What it is.';\n",
    },
  ],
}

export const generatedFiles: Rule = {
  name: 'a generated file does not begin with the command that makes it',
  instead: 'Let what makes it write `npm run generate` into its first line.',
  applies: (file) => /\/generated\/|^docs\/(reference\/|schema\.svg|laws\.md)/.test(file),
  find: ({ text }) => (/^.*`npm run \w+`/.test(text) ? [] : [0]),
  planted: [{ file: 'src/schema/generated/tables.ts', text: '// Made by hand.\n' }],
  fine: [{ file: 'docs/reference/a.md', text: '<!-- Made by `npm run generate`. -->\n' }],
}
