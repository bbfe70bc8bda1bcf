CREATE TABLE workspaces (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    owner_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted boolean NOT NULL DEFAULT false,
    CONSTRAINT workspaces_pkey PRIMARY KEY (id)
);

COMMENT ON TABLE workspaces IS 'A user''s environment. Its builds come and go; chats may outlive it.';
COMMENT ON COLUMN workspaces.owner_id IS 'The user of the host application who owns it; no foreign key, since users are the host''s.';
COMMENT ON COLUMN workspaces.deleted IS 'Soft deletion: changes nothing by itself.';

CREATE TABLE workspace_builds (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL,
    build_number integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT workspace_builds_pkey PRIMARY KEY (id),
    -- Its index also serves the cascade from workspaces.
    CONSTRAINT workspace_builds_workspace_id_build_number_key UNIQUE (workspace_id, build_number),
    CONSTRAINT workspace_builds_workspace_id_fkey
        FOREIGN KEY (workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
);

COMMENT ON TABLE workspace_builds IS 'One provisioning of a workspace. A rebuild makes a new one, with new agents.';
COMMENT ON COLUMN workspace_builds.build_number IS 'Counts the builds of one workspace.';

CREATE TABLE workspace_agents (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    build_id uuid NOT NULL,
    name text NOT NULL,
    operating_system text NOT NULL DEFAULT '',
    directory text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted boolean NOT NULL DEFAULT false,
    CONSTRAINT workspace_agents_pkey PRIMARY KEY (id),
    CONSTRAINT workspace_agents_build_id_fkey
        FOREIGN KEY (build_id) REFERENCES workspace_builds (id) ON DELETE CASCADE
);

COMMENT ON TABLE workspace_agents IS 'A process in a build that reports the context it finds there.';
COMMENT ON COLUMN workspace_agents.operating_system IS 'As the agent reports it; empty until it has.';
COMMENT ON COLUMN workspace_agents.directory IS 'The root directory it works in, as the agent reports it; empty until it has.';
COMMENT ON COLUMN workspace_agents.deleted IS 'Soft deletion: changes nothing by itself, but a push to a deleted agent or a bind to it is refused.';

CREATE INDEX workspace_agents_build_id_idx ON workspace_agents (build_id);
COMMENT ON INDEX workspace_agents_build_id_idx IS 'Serves the cascade from workspace_builds and the agents of a build.';
