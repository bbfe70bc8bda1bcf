CREATE TYPE chat_status AS ENUM ('waiting', 'running', 'requires_action', 'interrupting', 'error');
COMMENT ON TYPE chat_status IS 'What a chat is doing now.';

CREATE TABLE chats (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    owner_id uuid NOT NULL,
    workspace_id uuid,
    build_id uuid,
    agent_id uuid,
    title text NOT NULL DEFAULT 'New Chat',
    status chat_status NOT NULL DEFAULT 'waiting',
    archived boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT chats_pkey PRIMARY KEY (id),
    CONSTRAINT chats_workspace_id_fkey
        FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE SET NULL,
    CONSTRAINT chats_build_id_fkey
        FOREIGN KEY (build_id) REFERENCES workspace_builds (id) ON DELETE SET NULL,
    CONSTRAINT chats_agent_id_fkey
        FOREIGN KEY (agent_id) REFERENCES workspace_agents (id) ON DELETE SET NULL
);

COMMENT ON TABLE chats IS 'A conversation. It is bound to at most one agent at a time, and outlives every agent.';
COMMENT ON COLUMN chats.owner_id IS 'The user of the host application who owns it; no foreign key, since users are the host''s.';
COMMENT ON COLUMN chats.workspace_id IS 'The workspace of its agent; NULL when unbound or when the workspace is gone.';
COMMENT ON COLUMN chats.build_id IS 'The build of its agent; NULL when unbound or when the build is gone.';
COMMENT ON COLUMN chats.agent_id IS 'The agent it is bound to; NULL when unbound or when the agent is gone.';
COMMENT ON COLUMN chats.archived IS 'Put away by its user. Only archived chats are ever purged.';
COMMENT ON COLUMN chats.updated_at IS 'Moved by added messages, by archiving and by unarchiving; never by context operations. Lists and retention go by it.';

CREATE INDEX chats_workspace_id_idx ON chats (workspace_id) WHERE workspace_id IS NOT NULL;
COMMENT ON INDEX chats_workspace_id_idx IS 'Serves SET NULL from workspaces and rebinding all chats of a workspace.';

CREATE INDEX chats_build_id_idx ON chats (build_id) WHERE build_id IS NOT NULL;
COMMENT ON INDEX chats_build_id_idx IS 'Serves SET NULL from workspace_builds.';

CREATE INDEX chats_agent_id_idx ON chats (agent_id) WHERE agent_id IS NOT NULL;
COMMENT ON INDEX chats_agent_id_idx IS 'Serves SET NULL from workspace_agents and the chats that a push hydrates and settles.';

CREATE INDEX chats_owner_id_updated_at_id_idx ON chats (owner_id, updated_at DESC, id);
COMMENT ON INDEX chats_owner_id_updated_at_id_idx IS 'Serves the list of an owner''s chats, newest first, page by page.';

CREATE TYPE chat_message_role AS ENUM ('system', 'user', 'assistant', 'tool');
COMMENT ON TYPE chat_message_role IS 'Who speaks in a message.';

CREATE TABLE chat_messages (
    chat_id uuid NOT NULL,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    role chat_message_role NOT NULL,
    content jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    compressed boolean NOT NULL DEFAULT false,
    deleted boolean NOT NULL DEFAULT false,
    CONSTRAINT chat_messages_pkey PRIMARY KEY (chat_id, id),
    CONSTRAINT chat_messages_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE
);

COMMENT ON TABLE chat_messages IS 'What was said in a chat, in the order of id.';
COMMENT ON COLUMN chat_messages.id IS 'Ascending in the order of insertion over all chats; a chat sees gaps.';
COMMENT ON COLUMN chat_messages.content IS 'The parts of the message as the host keeps them; NULL where there are none.';
COMMENT ON COLUMN chat_messages.compressed IS 'Taken up in a later summary, by compaction.';
COMMENT ON COLUMN chat_messages.deleted IS 'Soft deletion by the user.';

CREATE TABLE chat_queued_messages (
    chat_id uuid NOT NULL,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    content jsonb NOT NULL,
    position bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT chat_queued_messages_pkey PRIMARY KEY (chat_id, id),
    CONSTRAINT chat_queued_messages_chat_id_fkey
        FOREIGN KEY (chat_id) REFERENCES chats (id) ON DELETE CASCADE
);

COMMENT ON TABLE chat_queued_messages IS 'Messages that the user sent while the chat was busy.';
COMMENT ON COLUMN chat_queued_messages.position IS 'Where it stands in the queue; the smallest is next.';

CREATE INDEX chat_queued_messages_chat_id_position_idx ON chat_queued_messages (chat_id, position);
COMMENT ON INDEX chat_queued_messages_chat_id_position_idx IS 'Serves taking the next queued message of a chat.';
