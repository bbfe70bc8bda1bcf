import { factsOf } from '../database/index.js'
import type { OwnRunner } from './run-own.js'

const settersSql = `SELECT body FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
CROSS JOIN LATERAL coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) AS body
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND body ~*
  'set_config|advisory|\\mlisten\\M|\\mtemp(orary)?\\M|(^|;|\\mbegin|\\mthen|\\mloop|'')\\s*set\\M'`

/**
 * The project's functions that may change a session: where there are any, every statement may,
 * since a trigger or a view is enough to call one.
 */
export class SetterFunctions {
  #names: readonly string[] | undefined
  #exist = false

  /** Takes note of a statement that may have defined one. */
  note(sql: string): void {
    if (factsOf(sql).any.changesFunctions) this.forget()
  }

  forget(): void {
    this.#names = undefined
  }

  /** Whether there are any, as far as was looked. */
  get exist(): boolean {
    return this.#exist
  }

  /** @returns Settings that they may make up. */
  async look(engine: OwnRunner): Promise<readonly string[]> {
    if (this.#names) return this.#names
    const bodies = await engine.run(settersSql)
    this.#exist = bodies.length > 0
    this.#names = customNamesIn(bodies.map(([body]) => body!).join('\n'))
    return this.#names
  }
}

const dotted = '[a-z_]\\w*\\.[a-z_]\\w*\\b'

/** Where a name stands that is set for sure. */
const settingName = new RegExp(
  `(?:set_config\\s*\\(\\s*'|\\bset\\s+(?:session\\s+)?)(${dotted})`,
  'g',
)

/**
 * Names with a dot, of which SQL may have made up a setting: those that it sets first, since most
 * of the others are columns.
 */
export function customNamesIn(sql: string): string[] {
  const text = sql.toLowerCase()
  const set = [...text.matchAll(settingName)].map(([, name]) => name!)
  return [...new Set([...set, ...(text.match(new RegExp(`\\b${dotted}`, 'g')) ?? [])])]
}
