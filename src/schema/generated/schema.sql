-- Made by `npm run generate` from a migrated database. Change a migration instead.

-- Name: chat_message_role; Type: TYPE

CREATE TYPE public.chat_message_role AS ENUM (
    'system',
    'user',
    'assistant',
    'tool'
);

COMMENT ON TYPE public.chat_message_role IS 'Who speaks in a message.';

-- Name: chat_status; Type: TYPE

CREATE TYPE public.chat_status AS ENUM (
    'waiting',
    'running',
    'requires_action',
    'interrupting',
    'error'
);

COMMENT ON TYPE public.chat_status IS 'What a chat is doing now.';

-- Name: workspace_agent_context_body_kind; Type: TYPE

CREATE TYPE public.workspace_agent_context_body_kind AS ENUM (
    'instruction_file',
    'skill',
    'mcp_config',
    'mcp_server',
    'plugin',
    'hook',
    'subagent',
    'command'
);

COMMENT ON TYPE public.workspace_agent_context_body_kind IS 'What a resource is, and thereby the shape of its body. plugin, hook, subagent and command are reserved.';

-- Name: workspace_agent_context_resource_status; Type: TYPE

CREATE TYPE public.workspace_agent_context_resource_status AS ENUM (
    'ok',
    'oversize',
    'unreadable',
    'invalid',
    'excluded'
);

COMMENT ON TYPE public.workspace_agent_context_resource_status IS 'What became of a resource when the agent read it. Any but ok has the body {} and an error text.';

-- Name: chat_context_resources; Type: TABLE

CREATE TABLE public.chat_context_resources (
    chat_id uuid NOT NULL,
    source text NOT NULL,
    body_kind public.workspace_agent_context_body_kind NOT NULL,
    body jsonb NOT NULL,
    content_hash bytea NOT NULL,
    size_bytes bigint NOT NULL,
    status public.workspace_agent_context_resource_status NOT NULL,
    error text DEFAULT ''::text NOT NULL,
    source_path text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT chat_context_resources_size_bytes_not_negative CHECK ((size_bytes >= 0))
);

COMMENT ON TABLE public.chat_context_resources IS 'The pins: a chat''s own copy of the context it was hydrated with. No key to any agent, build or workspace, on purpose: pins outlive them all and go with their chat alone.';

COMMENT ON COLUMN public.chat_context_resources.source IS 'The locator: the absolute path as found, links not resolved, or mcp:<server>.';

COMMENT ON COLUMN public.chat_context_resources.body IS 'The content, in a shape that depends on body_kind; {} unless status is ok.';

COMMENT ON COLUMN public.chat_context_resources.content_hash IS 'sha256 of the original bytes, of nothing where they could not be read.';

COMMENT ON COLUMN public.chat_context_resources.size_bytes IS 'The true size, whatever the status.';

COMMENT ON COLUMN public.chat_context_resources.error IS 'Why the status is not ok; empty if it is.';

COMMENT ON COLUMN public.chat_context_resources.source_path IS 'The file it was read from, where that is not the source itself; empty otherwise.';

COMMENT ON COLUMN public.chat_context_resources.created_at IS 'When this source was first pinned to the chat.';

COMMENT ON COLUMN public.chat_context_resources.updated_at IS 'When this pin was last replaced.';

-- Name: chat_debug_runs; Type: TABLE

CREATE TABLE public.chat_debug_runs (
    chat_id uuid NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    summary jsonb DEFAULT '{}'::jsonb NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone
);

COMMENT ON TABLE public.chat_debug_runs IS 'A recorded turn of a chat, for whoever has to find out what happened in it.';

COMMENT ON COLUMN public.chat_debug_runs.finished_at IS 'NULL while it runs.';

-- Name: chat_debug_steps; Type: TABLE

CREATE TABLE public.chat_debug_steps (
    chat_id uuid NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    run_id uuid NOT NULL,
    step_number integer NOT NULL,
    operation text NOT NULL,
    status text NOT NULL,
    normalized_request jsonb NOT NULL,
    normalized_response jsonb,
    attempts jsonb DEFAULT '[]'::jsonb NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone
);

COMMENT ON TABLE public.chat_debug_steps IS 'One call of a model or a tool in a debug run.';

COMMENT ON COLUMN public.chat_debug_steps.step_number IS 'Counts the steps of one run.';

COMMENT ON COLUMN public.chat_debug_steps.normalized_response IS 'NULL until it answered.';

COMMENT ON COLUMN public.chat_debug_steps.attempts IS 'A JSON array with an entry for each try.';

COMMENT ON COLUMN public.chat_debug_steps.finished_at IS 'NULL while it runs.';

-- Name: chat_diff_statuses; Type: TABLE

CREATE TABLE public.chat_diff_statuses (
    chat_id uuid NOT NULL,
    url text,
    changes_requested boolean DEFAULT false NOT NULL,
    additions integer DEFAULT 0 NOT NULL,
    deletions integer DEFAULT 0 NOT NULL,
    changed_files integer DEFAULT 0 NOT NULL,
    refreshed_at timestamp with time zone,
    stale_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.chat_diff_statuses IS 'The size and the review of the code change that a chat works on, as last fetched from its host.';

COMMENT ON COLUMN public.chat_diff_statuses.url IS 'The pull request; NULL while there is none.';

COMMENT ON COLUMN public.chat_diff_statuses.additions IS 'Lines added.';

COMMENT ON COLUMN public.chat_diff_statuses.deletions IS 'Lines removed.';

COMMENT ON COLUMN public.chat_diff_statuses.refreshed_at IS 'When it was last fetched; NULL before the first time.';

COMMENT ON COLUMN public.chat_diff_statuses.stale_at IS 'When it should be fetched again.';

-- Name: chat_file_links; Type: TABLE

CREATE TABLE public.chat_file_links (
    chat_id uuid NOT NULL,
    file_id uuid NOT NULL
);

COMMENT ON TABLE public.chat_file_links IS 'Which files a chat uses.';

-- Name: chat_files; Type: TABLE

CREATE TABLE public.chat_files (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    owner_id uuid NOT NULL,
    name text NOT NULL,
    mimetype text NOT NULL,
    data bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.chat_files IS 'Files that users gave to chats. One may be linked to several chats, so that a purge of a chat removes its links and no file.';

COMMENT ON COLUMN public.chat_files.owner_id IS 'The user of the host application who owns it; no foreign key, since users are the host''s.';

-- Name: chat_heartbeats; Type: TABLE

CREATE UNLOGGED TABLE public.chat_heartbeats (
    chat_id uuid NOT NULL,
    runner_id uuid NOT NULL,
    heartbeat_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.chat_heartbeats IS 'Which processes of the host run which chat now. UNLOGGED: it is written often, and after a crash nobody runs anything.';

COMMENT ON COLUMN public.chat_heartbeats.runner_id IS 'The process of the host application that runs the chat.';

-- Name: chat_messages; Type: TABLE

CREATE TABLE public.chat_messages (
    chat_id uuid NOT NULL,
    id bigint NOT NULL,
    role public.chat_message_role NOT NULL,
    content jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    compressed boolean DEFAULT false NOT NULL,
    deleted boolean DEFAULT false NOT NULL
);

COMMENT ON TABLE public.chat_messages IS 'What was said in a chat, in the order of id.';

COMMENT ON COLUMN public.chat_messages.id IS 'Ascending in the order of insertion over all chats; a chat sees gaps.';

COMMENT ON COLUMN public.chat_messages.content IS 'The parts of the message as the host keeps them; NULL where there are none.';

COMMENT ON COLUMN public.chat_messages.compressed IS 'Taken up in a later summary, by compaction.';

COMMENT ON COLUMN public.chat_messages.deleted IS 'Soft deletion by the user.';

-- Name: chat_messages_id_seq; Type: SEQUENCE

ALTER TABLE public.chat_messages ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.chat_messages_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: chat_queued_messages; Type: TABLE

CREATE TABLE public.chat_queued_messages (
    chat_id uuid NOT NULL,
    id bigint NOT NULL,
    content jsonb NOT NULL,
    "position" bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.chat_queued_messages IS 'Messages that the user sent while the chat was busy.';

COMMENT ON COLUMN public.chat_queued_messages."position" IS 'Where it stands in the queue; the smallest is next.';

-- Name: chat_queued_messages_id_seq; Type: SEQUENCE

ALTER TABLE public.chat_queued_messages ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.chat_queued_messages_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- Name: chats; Type: TABLE

CREATE TABLE public.chats (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    owner_id uuid NOT NULL,
    workspace_id uuid,
    build_id uuid,
    agent_id uuid,
    title text DEFAULT 'New Chat'::text NOT NULL,
    status public.chat_status DEFAULT 'waiting'::public.chat_status NOT NULL,
    archived boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    context_dirty_since timestamp with time zone,
    context_error text DEFAULT ''::text NOT NULL,
    context_hashes jsonb,
    context_follows public.workspace_agent_context_body_kind[] DEFAULT '{mcp_config,mcp_server}'::public.workspace_agent_context_body_kind[] NOT NULL,
    CONSTRAINT chats_context_hashes_object CHECK ((jsonb_typeof(context_hashes) = 'object'::text))
);

COMMENT ON TABLE public.chats IS 'A conversation. It is bound to at most one agent at a time, and outlives every agent.';

COMMENT ON COLUMN public.chats.owner_id IS 'The user of the host application who owns it; no foreign key, since users are the host''s.';

COMMENT ON COLUMN public.chats.workspace_id IS 'The workspace of its agent; NULL when unbound or when the workspace is gone.';

COMMENT ON COLUMN public.chats.build_id IS 'The build of its agent; NULL when unbound or when the build is gone.';

COMMENT ON COLUMN public.chats.agent_id IS 'The agent it is bound to; NULL when unbound or when the agent is gone.';

COMMENT ON COLUMN public.chats.archived IS 'Put away by its user. Only archived chats are ever purged.';

COMMENT ON COLUMN public.chats.updated_at IS 'Moved by added messages, by archiving and by unarchiving; never by context operations. Lists and retention go by it.';

COMMENT ON COLUMN public.chats.context_dirty_since IS 'When the live context first differed from the pins in a kind that the chat does not follow; NULL while they agree. Read it through the operations: the mark of an archived or unbound chat does not count.';

COMMENT ON COLUMN public.chats.context_error IS 'The snapshot error at the time of pinning; empty if there was none.';

COMMENT ON COLUMN public.chats.context_hashes IS 'The hash of its pins of each kind, as kind_hashes of a snapshot; {} for a hydrated chat without pins, NULL while it is not hydrated.';

COMMENT ON COLUMN public.chats.context_follows IS 'The kinds that it follows: its rows of these kinds are kept equal to the live context, and never make it dirty. The other kinds are pinned.';

-- Name: workspace_agent_context_resources; Type: TABLE

CREATE TABLE public.workspace_agent_context_resources (
    workspace_agent_id uuid NOT NULL,
    source text NOT NULL,
    body_kind public.workspace_agent_context_body_kind NOT NULL,
    body jsonb NOT NULL,
    content_hash bytea NOT NULL,
    size_bytes bigint NOT NULL,
    status public.workspace_agent_context_resource_status NOT NULL,
    error text DEFAULT ''::text NOT NULL,
    source_path text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT workspace_agent_context_resources_size_bytes_not_negative CHECK ((size_bytes >= 0))
);

COMMENT ON TABLE public.workspace_agent_context_resources IS 'The live context: what an agent found, as of its latest accepted push.';

COMMENT ON COLUMN public.workspace_agent_context_resources.source IS 'The locator: the absolute path as found, links not resolved, or mcp:<server>.';

COMMENT ON COLUMN public.workspace_agent_context_resources.body IS 'The content, in a shape that depends on body_kind; {} unless status is ok.';

COMMENT ON COLUMN public.workspace_agent_context_resources.content_hash IS 'sha256 of the original bytes, of nothing where they could not be read.';

COMMENT ON COLUMN public.workspace_agent_context_resources.size_bytes IS 'The true size, whatever the status.';

COMMENT ON COLUMN public.workspace_agent_context_resources.error IS 'Why the status is not ok; empty if it is.';

COMMENT ON COLUMN public.workspace_agent_context_resources.source_path IS 'The file it was read from, where that is not the source itself; empty otherwise.';

COMMENT ON COLUMN public.workspace_agent_context_resources.created_at IS 'When the agent first reported this source.';

COMMENT ON COLUMN public.workspace_agent_context_resources.updated_at IS 'When the agent last reported something else for it.';

-- Name: workspace_agent_context_snapshots; Type: TABLE

CREATE TABLE public.workspace_agent_context_snapshots (
    workspace_agent_id uuid NOT NULL,
    version bigint NOT NULL,
    snapshot_error text DEFAULT ''::text NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    ready boolean DEFAULT true NOT NULL,
    kind_hashes jsonb NOT NULL,
    run_id uuid,
    run_started_at timestamp with time zone,
    resources_digest bytea,
    CONSTRAINT workspace_agent_context_snapshots_kind_hashes_object CHECK ((jsonb_typeof(kind_hashes) = 'object'::text)),
    CONSTRAINT workspace_agent_context_snapshots_run_whole CHECK (((run_id IS NULL) = (run_started_at IS NULL)))
);

COMMENT ON TABLE public.workspace_agent_context_snapshots IS 'The head of the latest accepted push of an agent. Last writer wins; no history is kept.';

COMMENT ON COLUMN public.workspace_agent_context_snapshots.version IS 'The agent''s counter. A push is accepted if its version is greater than this, or if it is initial; of another run only if it is initial and the run started no earlier.';

COMMENT ON COLUMN public.workspace_agent_context_snapshots.snapshot_error IS 'What went wrong with the push as a whole; empty if nothing did.';

COMMENT ON COLUMN public.workspace_agent_context_snapshots.ready IS 'False while the agent is still starting: chats are neither hydrated from it, nor refreshed to it, nor settled against it.';

COMMENT ON COLUMN public.workspace_agent_context_snapshots.kind_hashes IS 'The hash of the live resources of each kind: an object of kind to sha256 in hexadecimal, without the kinds that have no resources. Drift is this differing from the hashes of a chat, in a kind that the chat pins.';

COMMENT ON COLUMN public.workspace_agent_context_snapshots.run_id IS 'The start of the agent''s process that sent it; NULL if the agent does not say.';

COMMENT ON COLUMN public.workspace_agent_context_snapshots.run_started_at IS 'When that process started. A push of a process that started earlier is refused.';

COMMENT ON COLUMN public.workspace_agent_context_snapshots.resources_digest IS 'sha256 of everything in the resources of the last push, as the push computed it; NULL if it is not known. A push with the same digest leaves the resources as they are.';

-- Name: workspace_agents; Type: TABLE

CREATE TABLE public.workspace_agents (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    build_id uuid NOT NULL,
    name text NOT NULL,
    operating_system text DEFAULT ''::text NOT NULL,
    directory text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted boolean DEFAULT false NOT NULL
);

COMMENT ON TABLE public.workspace_agents IS 'A process in a build that reports the context it finds there.';

COMMENT ON COLUMN public.workspace_agents.operating_system IS 'As the agent reports it; empty until it has.';

COMMENT ON COLUMN public.workspace_agents.directory IS 'The root directory it works in, as the agent reports it; empty until it has.';

COMMENT ON COLUMN public.workspace_agents.deleted IS 'Soft deletion: changes nothing by itself, but a push to a deleted agent or a bind to it is refused.';

-- Name: workspace_builds; Type: TABLE

CREATE TABLE public.workspace_builds (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    workspace_id uuid NOT NULL,
    build_number integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.workspace_builds IS 'One provisioning of a workspace. A rebuild makes a new one, with new agents.';

COMMENT ON COLUMN public.workspace_builds.build_number IS 'Counts the builds of one workspace.';

-- Name: workspaces; Type: TABLE

CREATE TABLE public.workspaces (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    owner_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted boolean DEFAULT false NOT NULL
);

COMMENT ON TABLE public.workspaces IS 'A user''s environment. Its builds come and go; chats may outlive it.';

COMMENT ON COLUMN public.workspaces.owner_id IS 'The user of the host application who owns it; no foreign key, since users are the host''s.';

COMMENT ON COLUMN public.workspaces.deleted IS 'Soft deletion: changes nothing by itself.';

-- Name: chat_context_resources chat_context_resources_pkey; Type: CONSTRAINT

ALTER TABLE ONLY public.chat_context_resources
    ADD CONSTRAINT chat_context_resources_pkey PRIMARY KEY (chat_id, source);

-- Name: chat_debug_runs chat_debug_runs_pkey; Type: CONSTRAINT

ALTER TABLE ONLY public.chat_debug_runs
    ADD CONSTRAINT chat_debug_runs_pkey PRIMARY KEY (chat_id, id);

-- Name: chat_debug_steps chat_debug_steps_chat_id_run_id_step_number_key; Type: CONSTRAINT

ALTER TABLE ONLY public.chat_debug_steps
    ADD CONSTRAINT chat_debug_steps_chat_id_run_id_step_number_key UNIQUE (chat_id, run_id, step_number);

-- Name: chat_debug_steps chat_debug_steps_pkey; Type: CONSTRAINT

ALTER TABLE ONLY public.chat_debug_steps
    ADD CONSTRAINT chat_debug_steps_pkey PRIMARY KEY (chat_id, id);

-- Name: chat_diff_statuses chat_diff_statuses_pkey; Type: CONSTRAINT

ALTER TABLE ONLY public.chat_diff_statuses
    ADD CONSTRAINT chat_diff_statuses_pkey PRIMARY KEY (chat_id);

-- Name: chat_file_links chat_file_links_pkey; Type: CONSTRAINT

ALTER TABLE ONLY public.chat_file_links
    ADD CONSTRAINT chat_file_links_pkey PRIMARY KEY (chat_id, file_id);

-- Name: chat_files chat_files_pkey; Type: CONSTRAINT

ALTER TABLE ONLY public.chat_files
    ADD CONSTRAINT chat_files_pkey PRIMARY KEY (id);

-- Name: chat_heartbeats chat_heartbeats_pkey; Type: CONSTRAINT

ALTER TABLE ONLY public.chat_heartbeats
    ADD CONSTRAINT chat_heartbeats_pkey PRIMARY KEY (chat_id, runner_id);

-- Name: chat_messages chat_messages_pkey; Type: CONSTRAINT

ALTER TABLE ONLY public.chat_messages
    ADD CONSTRAINT chat_messages_pkey PRIMARY KEY (chat_id, id);

-- Name: chat_queued_messages chat_queued_messages_pkey; Type: CONSTRAINT

ALTER TABLE ONLY public.chat_queued_messages
    ADD CONSTRAINT chat_queued_messages_pkey PRIMARY KEY (chat_id, id);

-- Name: chats chats_pkey; Type: CONSTRAINT

ALTER TABLE ONLY public.chats
    ADD CONSTRAINT chats_pkey PRIMARY KEY (id);

-- Name: workspace_agent_context_resources workspace_agent_context_resources_pkey; Type: CONSTRAINT

ALTER TABLE ONLY public.workspace_agent_context_resources
    ADD CONSTRAINT workspace_agent_context_resources_pkey PRIMARY KEY (workspace_agent_id, source);

-- Name: workspace_agent_context_snapshots workspace_agent_context_snapshots_pkey; Type: CONSTRAINT

ALTER TABLE ONLY public.workspace_agent_context_snapshots
    ADD CONSTRAINT workspace_agent_context_snapshots_pkey PRIMARY KEY (workspace_agent_id);

-- Name: workspace_agents workspace_agents_pkey; Type: CONSTRAINT

ALTER TABLE ONLY public.workspace_agents
    ADD CONSTRAINT workspace_agents_pkey PRIMARY KEY (id);

-- Name: workspace_builds workspace_builds_pkey; Type: CONSTRAINT

ALTER TABLE ONLY public.workspace_builds
    ADD CONSTRAINT workspace_builds_pkey PRIMARY KEY (id);

-- Name: workspace_builds workspace_builds_workspace_id_build_number_key; Type: CONSTRAINT

ALTER TABLE ONLY public.workspace_builds
    ADD CONSTRAINT workspace_builds_workspace_id_build_number_key UNIQUE (workspace_id, build_number);

-- Name: workspaces workspaces_pkey; Type: CONSTRAINT

ALTER TABLE ONLY public.workspaces
    ADD CONSTRAINT workspaces_pkey PRIMARY KEY (id);

-- Name: chat_debug_runs_chat_id_started_at_idx; Type: INDEX

CREATE INDEX chat_debug_runs_chat_id_started_at_idx ON public.chat_debug_runs USING btree (chat_id, started_at DESC);

COMMENT ON INDEX public.chat_debug_runs_chat_id_started_at_idx IS 'Serves the runs of a chat, newest first.';

-- Name: chat_debug_runs_updated_at_chat_id_id_idx; Type: INDEX

CREATE INDEX chat_debug_runs_updated_at_chat_id_id_idx ON public.chat_debug_runs USING btree (updated_at, chat_id, id);

-- Name: chat_file_links_file_id_idx; Type: INDEX

CREATE INDEX chat_file_links_file_id_idx ON public.chat_file_links USING btree (file_id);

COMMENT ON INDEX public.chat_file_links_file_id_idx IS 'Serves the cascade from chat_files and the chats of a file.';

-- Name: chat_files_created_at_id_idx; Type: INDEX

CREATE INDEX chat_files_created_at_id_idx ON public.chat_files USING btree (created_at, id);

-- Name: chat_queued_messages_chat_id_position_idx; Type: INDEX

CREATE INDEX chat_queued_messages_chat_id_position_idx ON public.chat_queued_messages USING btree (chat_id, "position");

COMMENT ON INDEX public.chat_queued_messages_chat_id_position_idx IS 'Serves taking the next queued message of a chat.';

-- Name: chats_agent_id_idx; Type: INDEX

CREATE INDEX chats_agent_id_idx ON public.chats USING btree (agent_id) WHERE (agent_id IS NOT NULL);

COMMENT ON INDEX public.chats_agent_id_idx IS 'Serves SET NULL from workspace_agents and the chats that a push hydrates and settles.';

-- Name: chats_build_id_idx; Type: INDEX

CREATE INDEX chats_build_id_idx ON public.chats USING btree (build_id) WHERE (build_id IS NOT NULL);

COMMENT ON INDEX public.chats_build_id_idx IS 'Serves SET NULL from workspace_builds.';

-- Name: chats_owner_id_updated_at_id_idx; Type: INDEX

CREATE INDEX chats_owner_id_updated_at_id_idx ON public.chats USING btree (owner_id, updated_at DESC, id);

COMMENT ON INDEX public.chats_owner_id_updated_at_id_idx IS 'Serves the list of an owner''s chats, newest first, page by page.';

-- Name: chats_updated_at_id_archived_idx; Type: INDEX

CREATE INDEX chats_updated_at_id_archived_idx ON public.chats USING btree (updated_at, id) WHERE archived;

-- Name: chats_workspace_id_idx; Type: INDEX

CREATE INDEX chats_workspace_id_idx ON public.chats USING btree (workspace_id) WHERE (workspace_id IS NOT NULL);

COMMENT ON INDEX public.chats_workspace_id_idx IS 'Serves SET NULL from workspaces and rebinding all chats of a workspace.';

-- Name: workspace_agents_build_id_idx; Type: INDEX

CREATE INDEX workspace_agents_build_id_idx ON public.workspace_agents USING btree (build_id);

COMMENT ON INDEX public.workspace_agents_build_id_idx IS 'Serves the cascade from workspace_builds and the agents of a build.';

-- Name: chat_context_resources chat_context_resources_chat_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.chat_context_resources
    ADD CONSTRAINT chat_context_resources_chat_id_fkey FOREIGN KEY (chat_id) REFERENCES public.chats(id) ON DELETE CASCADE;

-- Name: chat_debug_runs chat_debug_runs_chat_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.chat_debug_runs
    ADD CONSTRAINT chat_debug_runs_chat_id_fkey FOREIGN KEY (chat_id) REFERENCES public.chats(id) ON DELETE CASCADE;

-- Name: chat_debug_steps chat_debug_steps_chat_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.chat_debug_steps
    ADD CONSTRAINT chat_debug_steps_chat_id_fkey FOREIGN KEY (chat_id) REFERENCES public.chats(id) ON DELETE CASCADE;

-- Name: chat_debug_steps chat_debug_steps_chat_id_run_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.chat_debug_steps
    ADD CONSTRAINT chat_debug_steps_chat_id_run_id_fkey FOREIGN KEY (chat_id, run_id) REFERENCES public.chat_debug_runs(chat_id, id) ON DELETE CASCADE;

-- Name: chat_diff_statuses chat_diff_statuses_chat_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.chat_diff_statuses
    ADD CONSTRAINT chat_diff_statuses_chat_id_fkey FOREIGN KEY (chat_id) REFERENCES public.chats(id) ON DELETE CASCADE;

-- Name: chat_file_links chat_file_links_chat_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.chat_file_links
    ADD CONSTRAINT chat_file_links_chat_id_fkey FOREIGN KEY (chat_id) REFERENCES public.chats(id) ON DELETE CASCADE;

-- Name: chat_file_links chat_file_links_file_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.chat_file_links
    ADD CONSTRAINT chat_file_links_file_id_fkey FOREIGN KEY (file_id) REFERENCES public.chat_files(id) ON DELETE CASCADE;

-- Name: chat_heartbeats chat_heartbeats_chat_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.chat_heartbeats
    ADD CONSTRAINT chat_heartbeats_chat_id_fkey FOREIGN KEY (chat_id) REFERENCES public.chats(id) ON DELETE CASCADE;

-- Name: chat_messages chat_messages_chat_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.chat_messages
    ADD CONSTRAINT chat_messages_chat_id_fkey FOREIGN KEY (chat_id) REFERENCES public.chats(id) ON DELETE CASCADE;

-- Name: chat_queued_messages chat_queued_messages_chat_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.chat_queued_messages
    ADD CONSTRAINT chat_queued_messages_chat_id_fkey FOREIGN KEY (chat_id) REFERENCES public.chats(id) ON DELETE CASCADE;

-- Name: chats chats_agent_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.chats
    ADD CONSTRAINT chats_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.workspace_agents(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;

-- Name: chats chats_build_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.chats
    ADD CONSTRAINT chats_build_id_fkey FOREIGN KEY (build_id) REFERENCES public.workspace_builds(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;

-- Name: chats chats_workspace_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.chats
    ADD CONSTRAINT chats_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;

-- Name: workspace_agent_context_resources workspace_agent_context_resources_workspace_agent_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.workspace_agent_context_resources
    ADD CONSTRAINT workspace_agent_context_resources_workspace_agent_id_fkey FOREIGN KEY (workspace_agent_id) REFERENCES public.workspace_agents(id) ON DELETE CASCADE;

-- Name: workspace_agent_context_snapshots workspace_agent_context_snapshots_workspace_agent_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.workspace_agent_context_snapshots
    ADD CONSTRAINT workspace_agent_context_snapshots_workspace_agent_id_fkey FOREIGN KEY (workspace_agent_id) REFERENCES public.workspace_agents(id) ON DELETE CASCADE;

-- Name: workspace_agents workspace_agents_build_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.workspace_agents
    ADD CONSTRAINT workspace_agents_build_id_fkey FOREIGN KEY (build_id) REFERENCES public.workspace_builds(id) ON DELETE CASCADE;

-- Name: workspace_builds workspace_builds_workspace_id_fkey; Type: FK CONSTRAINT

ALTER TABLE ONLY public.workspace_builds
    ADD CONSTRAINT workspace_builds_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES public.workspaces(id) ON DELETE CASCADE;
