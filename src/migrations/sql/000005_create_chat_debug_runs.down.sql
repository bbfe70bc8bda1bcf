-- destroys: chat_debug_runs and chat_debug_steps, with what was recorded
DROP TABLE chat_debug_steps;
DROP TABLE chat_debug_runs;
