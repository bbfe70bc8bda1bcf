-- destroys: workspace_agent_context_snapshots and workspace_agent_context_resources, until each
-- agent pushes again
DROP TABLE workspace_agent_context_resources;
DROP TABLE workspace_agent_context_snapshots;
DROP TYPE workspace_agent_context_resource_status;
DROP TYPE workspace_agent_context_body_kind;
