import type { Mutant } from './mutant.js'
import { runInSchema } from './run-in-schema.js'

/**
 * A trigger that somebody has put on a table, with one statement to run.
 *
 * @param options.on When, and on which table.
 * @param options.run `{schema}` stands for the schema of the table, `$1` for its new row.
 */
function triggerMutant(
  name: string,
  laws: readonly number[],
  { on, run }: { readonly on: string; readonly run: string },
): Mutant {
  const statement = run.replaceAll('{schema}', '%1$I')
  const sql = `
    CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $trigger$
    BEGIN
      EXECUTE format($$${statement}$$, TG_TABLE_SCHEMA) USING NEW;
      RETURN NEW;
    END $trigger$;
    CREATE TRIGGER planted ${on} FOR EACH ROW EXECUTE FUNCTION planted()`
  return { name, laws, plant: () => runInSchema(sql) }
}

/** What a database does by itself, behind the back of the operations. */
export const triggerMutants: readonly Mutant[] = [
  triggerMutant('pins follow the live context', [1], {
    on: 'AFTER INSERT OR UPDATE ON workspace_agent_context_resources',
    run: `UPDATE {schema}.chat_context_resources
          SET content_hash = ($1).content_hash, body = ($1).body, size_bytes = ($1).size_bytes
          WHERE source = ($1).source AND chat_id IN
            (SELECT id FROM {schema}.chats WHERE agent_id = ($1).workspace_agent_id)
          AND (content_hash, body) IS DISTINCT FROM (($1).content_hash, ($1).body)`,
  }),
  triggerMutant('compacting messages takes the pins off their chat', [1], {
    on: 'AFTER UPDATE ON chat_messages',
    run: 'DELETE FROM {schema}.chat_context_resources WHERE chat_id = ($1).chat_id',
  }),
  triggerMutant('a soft deletion of an agent takes the pins off its chats', [1, 3], {
    on: 'AFTER UPDATE OF deleted ON workspace_agents',
    run: `DELETE FROM {schema}.chat_context_resources WHERE chat_id IN
            (SELECT id FROM {schema}.chats WHERE agent_id = ($1).id)`,
  }),
  triggerMutant('a push renames its agent', [5], {
    on: 'AFTER UPDATE ON workspace_agent_context_snapshots',
    run: `UPDATE {schema}.workspace_agents SET name = 'pushed'
          WHERE id = ($1).workspace_agent_id AND name <> 'pushed'`,
  }),
  triggerMutant('each drift moves the mark', [8], {
    on: 'AFTER UPDATE ON workspace_agent_context_snapshots',
    run: `UPDATE {schema}.chats SET context_dirty_since = ($1).received_at
          WHERE agent_id = ($1).workspace_agent_id AND NOT archived
            AND context_dirty_since IS NOT NULL AND context_hashes <> ($1).kind_hashes`,
  }),
  triggerMutant('a message takes the mark off its chat', [0, 8], {
    on: 'AFTER INSERT ON chat_messages',
    run: 'UPDATE {schema}.chats SET context_dirty_since = NULL WHERE id = ($1).chat_id',
  }),
]
