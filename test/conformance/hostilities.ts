/** One way in which the database of a host differs from the one that a library was written on. */
export interface Hostility {
  readonly name: string
  /** The first major that has it. */
  readonly since?: number
  /** What CREATE DATABASE is told besides. */
  readonly creation?: string
  /** What every session of the database begins with. */
  readonly settings?: Readonly<Record<string, string>>
  /** What is in the database before us. */
  readonly script?: string
}

/**
 * A schema with names of ours, and none of them right: whoever trusts the search path finds it.
 * Its functions take exactly what ours send, and are found before those that take anything.
 */
const decoys = `
  CREATE SCHEMA decoys;
  GRANT USAGE ON SCHEMA decoys TO PUBLIC;
  CREATE TABLE decoys.chats (id int);
  CREATE TABLE decoys.chat_messages (id int);
  CREATE TABLE decoys.chat_context_resources (id int);
  CREATE TABLE decoys.workspaces (id int);
  CREATE TABLE decoys.workspace_agents (id int);
  CREATE TABLE decoys.workspace_agent_context_resources (id int);
  CREATE TABLE decoys.workspace_agent_context_snapshots (id int);
  CREATE TABLE decoys.driftpin_migrations (id int);
  CREATE FUNCTION decoys.unnest(uuid[]) RETURNS SETOF uuid LANGUAGE sql
    AS 'SELECT gen_random_uuid()';
  CREATE FUNCTION decoys.to_jsonb(timestamptz) RETURNS jsonb LANGUAGE sql AS $$ SELECT '0'::jsonb $$;
  CREATE TYPE decoys.chat_status AS ENUM ('wrong');
  CREATE TYPE decoys.chat_message_role AS ENUM ('wrong');
  CREATE TYPE decoys.workspace_agent_context_body_kind AS ENUM ('wrong')`

export const hostilities: readonly Hostility[] = [
  {
    name: 'a Turkish locale of ICU',
    since: 15,
    creation: "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR'",
  },
  { name: 'the time of Newfoundland', settings: { TimeZone: 'Canada/Newfoundland' } },
  {
    name: 'other forms of dates, bytes and intervals',
    settings: {
      // Any other than ISO is an error that says so: what it prints cannot be read back.
      DateStyle: 'ISO, DMY',
      IntervalStyle: 'sql_standard',
      bytea_output: 'escape',
      extra_float_digits: '-15',
    },
  },
  {
    name: 'backslashes in strings',
    settings: { standard_conforming_strings: 'off', backslash_quote: 'on' },
  },
  { name: 'a search path to decoys', settings: { search_path: 'decoys' }, script: decoys },
  { name: 'a search path to nothing', settings: { search_path: '' } },
  {
    name: 'serializable transactions',
    settings: { default_transaction_isolation: 'serializable' },
  },
  {
    name: 'little patience',
    settings: {
      idle_in_transaction_session_timeout: '10s',
      statement_timeout: '10s',
      lock_timeout: '5s',
    },
  },
  {
    name: 'generic plans, and none that are usual',
    settings: {
      plan_cache_mode: 'force_generic_plan',
      enable_hashjoin: 'off',
      enable_nestloop: 'off',
      enable_indexscan: 'off',
      enable_sort: 'off',
    },
  },
]
