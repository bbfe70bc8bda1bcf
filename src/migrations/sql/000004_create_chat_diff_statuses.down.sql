DROP TABLE chat_diff_statuses;
