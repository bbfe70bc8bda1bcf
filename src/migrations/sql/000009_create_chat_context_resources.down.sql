DROP TABLE chat_context_resources;
