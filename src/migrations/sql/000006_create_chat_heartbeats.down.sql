-- destroys: chat_heartbeats, which the runners write again within seconds
DROP TABLE chat_heartbeats;
