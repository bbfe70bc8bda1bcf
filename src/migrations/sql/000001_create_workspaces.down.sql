-- destroys: workspaces, workspace_builds and workspace_agents, with all their rows
DROP TABLE workspace_agents;
DROP TABLE workspace_builds;
DROP TABLE workspaces;
