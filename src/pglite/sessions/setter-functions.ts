import type { PGlite } from '@electric-sql/pglite'
import { factsOf, settingNamesIn } from '../../database/index.js'
import type { EngineCalls } from './engine-calls.js'

const settersSql = `SELECT p.proname AS name, body FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
CROSS JOIN LATERAL coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) AS body
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND body ~*
  'set_config|advisory|\\mlisten\\M|\\mtemp(orary)?\\M|(^|;|\\mbegin|\\mthen|\\mloop|'')\\s*set\\M'`

/** A function of the project that may change a session, which no statement that calls it shows. */
export interface SetterFunction {
  readonly name: string
  readonly body: string
}

/** Reads the functions that may change a session. */
export async function readSetterFunctions(pglite: PGlite): Promise<readonly SetterFunction[]> {
  return (await pglite.query<SetterFunction>(settersSql)).rows
}

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
  async look(engine: EngineCalls): Promise<readonly string[]> {
    if (this.#names) return this.#names
    const bodies = await engine.query(settersSql)
    this.#exist = bodies.length > 0
    this.#names = settingNamesIn(bodies.map(([, body]) => body!).join('\n'))
    return this.#names
  }
}
