ALTER TABLE chats
    ALTER CONSTRAINT chats_workspace_id_fkey NOT DEFERRABLE,
    ALTER CONSTRAINT chats_build_id_fkey NOT DEFERRABLE,
    ALTER CONSTRAINT chats_agent_id_fkey NOT DEFERRABLE;
