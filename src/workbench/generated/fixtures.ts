// Made by `npm run generate` from src/migrations/sql/fixtures. Change those files instead.
import type { MigrationFile } from '../../migrations/index.js'

/** Rows for each of our migrations, to try it with. */
export const bundledFixtures: readonly MigrationFile[] = [
  {
    file: '000001_create_workspaces.sql',
    text: `INSERT INTO workspaces (owner_id, name, deleted)
VALUES
    ('11111111-1111-4111-8111-111111111111', 'tides', false),
    ('11111111-1111-4111-8111-111111111111', 'harbour', true),
    ('22222222-2222-4222-8222-222222222222', 'lighthouse', false);

INSERT INTO workspace_builds (workspace_id, build_number)
SELECT id, number FROM workspaces CROSS JOIN (VALUES (1), (2)) AS numbers (number);

INSERT INTO workspace_agents (build_id, name, operating_system, directory, deleted)
SELECT builds.id, 'main', 'linux', '/home/agent/' || workspaces.name, workspaces.deleted
FROM workspace_builds builds
JOIN workspaces ON workspaces.id = builds.workspace_id;

-- One that has not reported yet.
INSERT INTO workspace_agents (build_id, name)
SELECT builds.id, 'second'
FROM workspace_builds builds
JOIN workspaces ON workspaces.id = builds.workspace_id
WHERE workspaces.name = 'tides' AND builds.build_number = 2;
`,
  },
  {
    file: '000002_create_chats.sql',
    text: `-- A chat in each status, bound to the latest agent of a workspace.
INSERT INTO chats (owner_id, workspace_id, build_id, agent_id, title, status)
SELECT workspaces.owner_id, workspaces.id, builds.id, agents.id, 'tides ' || status, status
FROM unnest(enum_range(NULL::chat_status)) AS statuses (status)
JOIN workspaces ON workspaces.name = 'tides'
JOIN workspace_builds builds ON builds.workspace_id = workspaces.id AND builds.build_number = 2
JOIN workspace_agents agents ON agents.build_id = builds.id AND agents.name = 'main';

-- One bound to nothing, and one that is put away.
INSERT INTO chats (owner_id, title)
VALUES ('22222222-2222-4222-8222-222222222222', 'unbound');

INSERT INTO chats (owner_id, title, archived, created_at, updated_at)
VALUES (
    '22222222-2222-4222-8222-222222222222', 'put away', true,
    '2025-01-01 00:00:00+00', '2025-02-01 00:00:00+00'
);

INSERT INTO chat_messages (chat_id, role, content, compressed, deleted)
SELECT chats.id, role, jsonb_build_array(jsonb_build_object('text', 'As the ' || role)),
    role = 'system', role = 'tool'
FROM chats
CROSS JOIN unnest(enum_range(NULL::chat_message_role)) AS roles (role);

INSERT INTO chat_messages (chat_id, role)
SELECT id, 'assistant' FROM chats WHERE title = 'unbound';

INSERT INTO chat_queued_messages (chat_id, content, position)
SELECT id, '{"text": "And tomorrow?"}', position
FROM chats
CROSS JOIN (VALUES (1), (2)) AS positions (position)
WHERE title = 'tides running';
`,
  },
  {
    file: '000003_create_chat_files.sql',
    text: `INSERT INTO chat_files (owner_id, name, mimetype, data)
VALUES
    ('11111111-1111-4111-8111-111111111111', 'table.csv', 'text/csv', 'high,low'),
    ('22222222-2222-4222-8222-222222222222', 'empty.bin', 'application/octet-stream', '');

-- One file in several chats, and one in none.
INSERT INTO chat_file_links (chat_id, file_id)
SELECT chats.id, files.id
FROM chats
JOIN chat_files files ON files.name = 'table.csv'
WHERE chats.title IN ('tides waiting', 'tides running');
`,
  },
  {
    file: '000004_create_chat_diff_statuses.sql',
    text: `INSERT INTO chat_diff_statuses (
    chat_id, url, changes_requested, additions, deletions, changed_files, refreshed_at, stale_at
)
SELECT id, 'https://git.example/tides/pull/7', true, 12, 3, 2, now(), now() + interval '5 minutes'
FROM chats WHERE title = 'tides running';

-- Not fetched yet.
INSERT INTO chat_diff_statuses (chat_id, stale_at)
SELECT id, now() FROM chats WHERE title = 'unbound';
`,
  },
  {
    file: '000005_create_chat_debug_runs.sql',
    text: `INSERT INTO chat_debug_runs (chat_id, kind, status, summary, finished_at)
SELECT id, 'turn', 'done', '{"steps": 2}', now() FROM chats WHERE title = 'tides running';

-- Still at work.
INSERT INTO chat_debug_runs (chat_id, kind, status)
SELECT id, 'turn', 'running' FROM chats WHERE title = 'tides error';

INSERT INTO chat_debug_steps (
    chat_id, run_id, step_number, operation, status, normalized_request, normalized_response,
    attempts, metadata, finished_at
)
SELECT chat_id, id, number, 'generate', 'done', '{"messages": []}', '{"text": "High at noon."}',
    '[{"ms": 120}]', '{"model": "one"}', now()
FROM chat_debug_runs
CROSS JOIN (VALUES (1), (2)) AS numbers (number)
WHERE status = 'done';

INSERT INTO chat_debug_steps (chat_id, run_id, step_number, operation, status, normalized_request)
SELECT chat_id, id, 1, 'generate', 'running', '{"messages": []}'
FROM chat_debug_runs WHERE status = 'running';
`,
  },
  {
    file: '000006_create_chat_heartbeats.sql',
    text: `INSERT INTO chat_heartbeats (chat_id, runner_id, heartbeat_at)
SELECT id, '33333333-3333-4333-8333-333333333333', now() FROM chats WHERE title = 'tides running';
`,
  },
  {
    file: '000007_create_agent_context.sql',
    text: `-- What the agents of the chats report: one without an error, and one with.
INSERT INTO workspace_agent_context_snapshots (workspace_agent_id, version, aggregate_hash)
SELECT DISTINCT agent_id, 3, sha256('tides') FROM chats WHERE agent_id IS NOT NULL;

INSERT INTO workspace_agent_context_snapshots (
    workspace_agent_id, version, aggregate_hash, snapshot_error
)
SELECT agents.id, 1, sha256(''), 'the root cannot be read'
FROM workspace_agents agents
JOIN workspace_builds builds ON builds.id = agents.build_id
JOIN workspaces ON workspaces.id = builds.workspace_id
WHERE workspaces.name = 'lighthouse' AND builds.build_number = 2;

-- A resource of each kind, and one in each status but ok.
INSERT INTO workspace_agent_context_resources (
    workspace_agent_id, source, body_kind, body, content_hash, size_bytes, status
)
SELECT workspace_agent_id, '/context/' || kind, kind, '{}', sha256(kind::text::bytea), 0, 'ok'
FROM workspace_agent_context_snapshots
CROSS JOIN unnest(enum_range(NULL::workspace_agent_context_body_kind)) AS kinds (kind)
WHERE snapshot_error = '';

INSERT INTO workspace_agent_context_resources (
    workspace_agent_id, source, body_kind, body, content_hash, size_bytes, status, error,
    source_path
)
SELECT workspace_agent_id, '/context/skills/' || status, 'skill', '{}', sha256(''), 70000, status,
    'it is ' || status, '/context/skills/' || status || '/SKILL.md'
FROM workspace_agent_context_snapshots
CROSS JOIN unnest(enum_range(NULL::workspace_agent_context_resource_status)) AS statuses (status)
WHERE snapshot_error = '' AND status <> 'ok';
`,
  },
  {
    file: '000008_add_chat_hydration.sql',
    text: `-- Hydrated and clean, hydrated and dirty; the others are not hydrated.
UPDATE chats
SET context_aggregate_hash = snapshots.aggregate_hash
FROM workspace_agent_context_snapshots snapshots
WHERE snapshots.workspace_agent_id = chats.agent_id AND chats.status IN ('running', 'error');

UPDATE chats
SET context_aggregate_hash = sha256('older'), context_dirty_since = now(),
    context_error = 'half of it was read'
WHERE title = 'tides waiting';
`,
  },
  {
    file: '000009_create_chat_context_resources.sql',
    text: `-- Every chat begins without pins here, so that some are hydrated now: one whose agent reports the
-- same still, one whose agent reports something else by now, and one whose agent is gone.
UPDATE chats
SET context_aggregate_hash = snapshots.aggregate_hash, context_error = snapshots.snapshot_error
FROM workspace_agent_context_snapshots snapshots
WHERE snapshots.workspace_agent_id = chats.agent_id AND chats.status IN ('running', 'error');

UPDATE chats
SET context_aggregate_hash = sha256('older'), context_dirty_since = now(),
    context_error = 'half of it was read'
WHERE title = 'tides waiting';

UPDATE chats SET context_aggregate_hash = sha256('gone') WHERE title = 'put away';

INSERT INTO chat_context_resources (
    chat_id, source, body_kind, body, content_hash, size_bytes, status, error, source_path
)
SELECT chats.id, source, body_kind, body, content_hash, size_bytes, resources.status, error,
    source_path
FROM chats
JOIN workspace_agent_context_resources resources
    ON resources.workspace_agent_id = chats.agent_id
WHERE chats.context_aggregate_hash IS NOT NULL;

INSERT INTO chat_context_resources (
    chat_id, source, body_kind, body, content_hash, size_bytes, status
)
SELECT id, '/context/AGENTS.md', 'instruction_file', '{"content": ""}', sha256(''), 0, 'ok'
FROM chats WHERE title = 'put away';
`,
  },
  {
    file: '000010_create_chat_purge_index.sql',
    text: `-- Of one age, so that the index has ties.
INSERT INTO chats (owner_id, title, archived, created_at, updated_at)
SELECT '11111111-1111-4111-8111-111111111111', 'old ' || number, true,
    '2025-01-01 00:00:00+00', '2025-03-01 00:00:00+00'
FROM generate_series(1, 3) AS numbers (number);
`,
  },
  {
    file: '000012_add_snapshot_readiness.sql',
    text: `-- An agent that is still starting.
INSERT INTO workspace_agent_context_snapshots (workspace_agent_id, version, aggregate_hash, ready)
SELECT id, 1, sha256('starting'), false FROM workspace_agents WHERE name = 'second';

INSERT INTO workspace_agent_context_resources (
    workspace_agent_id, source, body_kind, body, content_hash, size_bytes, status
)
SELECT id, '/context/AGENTS.md', 'instruction_file', '{}', sha256(''), 0, 'ok'
FROM workspace_agents WHERE name = 'second';
`,
  },
  {
    file: '000013_add_context_hashes.sql',
    text: `-- A process that said when it started, and chats that follow nothing and everything.
UPDATE workspace_agent_context_snapshots
SET run_id = '55555555-5555-4555-8555-555555555555', run_started_at = '2026-01-01 00:00:00+00'
WHERE snapshot_error = '';

UPDATE chats SET context_follows = '{}' WHERE title = 'tides waiting';

UPDATE chats SET context_follows = enum_range(NULL::workspace_agent_context_body_kind)
WHERE title = 'put away';
`,
  },
  {
    file: '000015_drop_aggregate_hashes.sql',
    text: `-- Hydrated from an agent that found nothing.
INSERT INTO chats (owner_id, title, context_hashes)
VALUES ('11111111-1111-4111-8111-111111111111', 'without pins', '{}');
`,
  },
  {
    file: '000018_add_resources_digest.sql',
    text: `UPDATE workspace_agent_context_snapshots SET resources_digest = '\\x01';
`,
  },
]
