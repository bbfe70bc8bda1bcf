import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitStatements } from '../../src/database/split-statements.js'
import { engineNames, useEngine } from '../support/engines.js'

const body = 'BEGIN ATOMIC SELECT CASE WHEN a THEN (1) END; INSERT INTO t VALUES (1); END'
const nestedBody = 'BEGIN ATOMIC SELECT 1; SELECT CASE WHEN CASE WHEN b THEN c END THEN 2 END; END'

const cases: [what: string, script: string, pieces: string[]][] = [
  ['nothing', '', []],
  ['blanks and semicolons', ' ;;\n\t; ', []],
  ['comments alone', '-- a;\n/* b; */', []],
  ['one statement without its semicolon', ' SELECT 1 ', ['SELECT 1']],
  ['two statements', 'SELECT 1;SELECT 2;', ['SELECT 1', 'SELECT 2']],
  ['a semicolon in quotes', "SELECT 'a;''b;';SELECT 2", ["SELECT 'a;''b;'", 'SELECT 2']],
  ['a backslash in plain quotes', "SELECT 'a\\';SELECT 2", ["SELECT 'a\\'", 'SELECT 2']],
  ['a backslash in E quotes', "SELECT E'a\\';b';SELECT 2", ["SELECT E'a\\';b'", 'SELECT 2']],
  ['two backslashes in e quotes', "SELECT e'a\\\\';SELECT 2", ["SELECT e'a\\\\'", 'SELECT 2']],
  ['a doubled quote in E quotes', "SELECT E'a'';b';SELECT 2", ["SELECT E'a'';b'", 'SELECT 2']],
  ['a name that ends in e', "SELECT namee'\\';SELECT 2", ["SELECT namee'\\'", 'SELECT 2']],
  ['a prefix that is not E', "SELECT U&'\\';SELECT N'\\'", ["SELECT U&'\\'", "SELECT N'\\'"]],
  ['a quoted name', 'SELECT 1 AS "a;""b;";SELECT 2', ['SELECT 1 AS "a;""b;"', 'SELECT 2']],
  ['a dollar quote', 'SELECT $$a;b$$;SELECT 2', ['SELECT $$a;b$$', 'SELECT 2']],
  [
    'a tagged dollar quote',
    'SELECT $x$ $$;$y$;$x$;SELECT 2',
    ['SELECT $x$ $$;$y$;$x$', 'SELECT 2'],
  ],
  ['a unicode tag', 'SELECT $é$;$é$;SELECT 2', ['SELECT $é$;$é$', 'SELECT 2']],
  ['parameters, which are no dollar quotes', 'SELECT $1;SELECT $2', ['SELECT $1', 'SELECT $2']],
  ['dollars in a name', 'SELECT a$$;SELECT b$$', ['SELECT a$$', 'SELECT b$$']],
  ['a dollar after a number', 'SELECT 1$$;$$;SELECT 2', ['SELECT 1$$;$$', 'SELECT 2']],
  ['a line comment', 'SELECT 1 -- ;\n;SELECT 2', ['SELECT 1 -- ;', 'SELECT 2']],
  ['a line comment before', '-- x;\nSELECT 1;', ['SELECT 1']],
  [
    'a line comment that ends in a carriage return',
    '-- x;\rSELECT 1;SELECT 2',
    ['SELECT 1', 'SELECT 2'],
  ],
  ['a block comment', 'SELECT /* ; */ 1;SELECT 2', ['SELECT /* ; */ 1', 'SELECT 2']],
  [
    'a nested comment',
    'SELECT /* /* ; */ ; */ 1;SELECT 2',
    ['SELECT /* /* ; */ ; */ 1', 'SELECT 2'],
  ],
  ['a quote in a comment', "/* it's */ SELECT 1;-- it's\nSELECT 2", ['SELECT 1', 'SELECT 2']],
  ['a comment in a quote', "SELECT '/*';SELECT '--'", ["SELECT '/*'", "SELECT '--'"]],
  ['a minus that is no comment', 'SELECT 1 - -1;SELECT 2', ['SELECT 1 - -1', 'SELECT 2']],
  [
    'a rule with parentheses',
    'CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);SELECT 3',
    ['CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)', 'SELECT 3'],
  ],
  ['a closing parenthesis too many', 'SELECT 1);SELECT 2', ['SELECT 1)', 'SELECT 2']],
  [
    'a BEGIN ATOMIC body',
    `CREATE FUNCTION f() ${body};SELECT 3`,
    [`CREATE FUNCTION f() ${body}`, 'SELECT 3'],
  ],
  [
    'CASE within CASE in a body',
    `CREATE FUNCTION f() ${nestedBody};SELECT 3`,
    [`CREATE FUNCTION f() ${nestedBody}`, 'SELECT 3'],
  ],
  [
    'OR REPLACE PROCEDURE',
    `create or replace procedure p() ${body};SELECT 3`,
    [`create or replace procedure p() ${body}`, 'SELECT 3'],
  ],
  ['a plain BEGIN, which is no body', 'BEGIN;SELECT 1;END', ['BEGIN', 'SELECT 1', 'END']],
  [
    'CASE outside a body',
    'SELECT CASE WHEN a THEN 1 END;SELECT 2',
    ['SELECT CASE WHEN a THEN 1 END', 'SELECT 2'],
  ],
  [
    'a parameter named begin',
    'CREATE FUNCTION f("begin" int) RETURN 1;SELECT 2',
    ['CREATE FUNCTION f("begin" int) RETURN 1', 'SELECT 2'],
  ],
  ['names in unicode', 'SELECT ünï;SELECT \u{1F600}', ['SELECT ünï', 'SELECT \u{1F600}']],
  ['an unterminated quote', "SELECT 1;SELECT 'a;b", ['SELECT 1', "SELECT 'a;b"]],
  ['an unterminated E quote', "SELECT 1;SELECT E'a\\", ['SELECT 1', "SELECT E'a\\"]],
  ['an unterminated name', 'SELECT "a;b', ['SELECT "a;b']],
  ['an unterminated dollar quote', 'SELECT $a$;$b$;', ['SELECT $a$;$b$;']],
  ['an unterminated comment', 'SELECT 1;/* /* */ ;', ['SELECT 1']],
  ['an unterminated parenthesis', 'SELECT (1;SELECT 2', ['SELECT (1;SELECT 2']],
]

describe('splitting a script', () => {
  test.each(cases)('%s', (_, script, pieces) => {
    const statements = splitStatements(script)
    expect(statements.map(({ text }) => text)).toEqual(pieces)
    for (const { text, offset } of statements) {
      expect(script.slice(offset, offset + text.length)).toBe(text)
    }
  })

  test.each([
    ['plain characters', `'${'x'.repeat(2 ** 21)}'`],
    ['doubled quotes', `'${"''".repeat(2 ** 20)}'`],
    ['escapes', `E'${"\\'".repeat(2 ** 20)}'`],
    ['dollar quotes', `$$${'; '.repeat(2 ** 20)}$$`],
    ['a quoted name', `"${'""'.repeat(2 ** 20)}"`],
    ['parentheses', '('.repeat(2 ** 20) + ')'.repeat(2 ** 20)],
    ['nested comments', `1${'/*'.repeat(2 ** 19)}${'*/'.repeat(2 ** 19)}`],
    ['blanks', `1${' '.repeat(2 ** 21)}+ 1`],
    ['dashes', `1 ${'-'.repeat(2 ** 21)}\n+ 1`],
  ])('2 MB of %s neither overflow nor split', (_, long) => {
    const statements = splitStatements(`SELECT ${long};SELECT 2`)
    expect(statements.length).toBe(2)
    expect(statements[0]!.text.length).toBe(`SELECT ${long}`.length)
  })

  // Pieces of SQL that are whole in themselves, so that any sequence of them is a script.
  const whole = fc.oneof(
    fc.constantFrom('SELECT', '1', '(2; 3)', 'CASE', 'END', 'begin', 'create', '$1', 'é', '+', 'E'),
    fc
      .string({ unit: fc.constantFrom("''", ';', '\\', '$$', '/*', '"', 'x') })
      .map((s) => `'${s}' `),
    fc.string({ unit: fc.constantFrom('""', ';', "'", '--', 'x') }).map((s) => `"${s}"`),
    fc.string({ unit: fc.constantFrom('$', ';', "'", '--', 'x') }).map((s) => `$tag$${s}$tag$`),
    fc.string({ unit: fc.constantFrom("''", "\\'", '\\\\', ';', 'x') }).map((s) => ` E'${s}' `),
  )
  const comment = fc.constantFrom(' ', '\n', '\t', '-- c; \'"\n', '/* c; /* " */ $$ */', '\r\n')

  test('the statements are all that is not blank or comment, in their order', () => {
    const statement = fc.array(fc.tuple(whole, comment), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(fc.array(fc.tuple(comment, statement), { maxLength: 6 }), (script) => {
        // A word that would open a body must not begin a statement, or its semicolons are inside.
        const texts = script.map(([before, parts]) => ({
          before,
          text: `SELECT ${parts.flat().join('')}`,
        }))
        const joined = texts.map(({ before, text }) => `${before}${text}\n;`).join('')
        const found = splitStatements(joined)
        expect(found.map(({ text }) => text)).toEqual(texts.map(({ text }) => text.trimEnd()))
        for (const { text, offset } of found) expect(joined.startsWith(text, offset)).toBe(true)
      }),
      { seed: 20261122, numRuns: 200 },
    )
  })

  test('whatever the text, the pieces are parts of it in order and nothing is left but blanks', () => {
    const soup = fc.string({
      unit: fc.constantFrom(
        "'",
        '"',
        '$',
        '$$',
        'a',
        ';',
        '--',
        '/*',
        '*/',
        '\n',
        '(',
        ')',
        'E',
        '\\',
      ),
      maxLength: 40,
    })
    fc.assert(
      fc.property(soup, (script) => {
        let end = 0
        for (const { text, offset } of splitStatements(script)) {
          expect(text).not.toBe('')
          expect(script.startsWith(text, offset)).toBe(true)
          expect(splitStatements(script.slice(end, offset))).toEqual([])
          end = offset + text.length
        }
        expect(splitStatements(script.slice(end))).toEqual([])
      }),
      { seed: 20261122, numRuns: 2000 },
    )
  })
})

describe.each(engineNames)('a script split and run piece by piece on %s', (name) => {
  const engine = useEngine(name)

  test('is what PostgreSQL itself makes of it in one go', async () => {
    const database = engine.database('public')
    const script = `
      CREATE TABLE split_log (n serial, what text); -- it's; one
      CREATE RULE twice AS ON DELETE TO split_log DO INSTEAD
        (INSERT INTO split_log (what) VALUES ('rule;1'); INSERT INTO split_log (what) VALUES ($$r;2$$));
      CREATE FUNCTION split_f(a boolean) RETURNS int LANGUAGE sql
        BEGIN ATOMIC SELECT 0; SELECT CASE WHEN a THEN (1) ELSE 2 END; END;
      /* /* nested; */ */ INSERT INTO split_log (what) VALUES (E'it\\'s;'), ('\\');
      DELETE FROM split_log;
      DO $do$ BEGIN INSERT INTO split_log (what) VALUES ('do;' || split_f(true)); END $do$;
    `
    const logs: unknown[] = []
    for (const texts of [[script], splitStatements(script).map(({ text }) => text)]) {
      for (const text of texts) await database.script(text)
      logs.push((await database.query('SELECT what FROM split_log ORDER BY n')).rows)
      await database.script('DROP TABLE split_log; DROP FUNCTION split_f')
    }
    expect(logs[0]).toHaveLength(5)
    expect(logs[1]).toEqual(logs[0])
  })
})
