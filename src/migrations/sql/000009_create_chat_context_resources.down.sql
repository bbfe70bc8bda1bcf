-- destroys: chat_context_resources, the pins of every chat; no agent can be asked for them again
DROP TABLE chat_context_resources;
