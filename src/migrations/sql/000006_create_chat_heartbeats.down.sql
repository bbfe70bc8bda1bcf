DROP TABLE chat_heartbeats;
