-- destroys: chats, with their chat_messages and chat_queued_messages
DROP TABLE chat_queued_messages;
DROP TABLE chat_messages;
DROP TYPE chat_message_role;
DROP TABLE chats;
DROP TYPE chat_status;
