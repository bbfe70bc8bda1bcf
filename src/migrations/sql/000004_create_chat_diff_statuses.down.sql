-- destroys: chat_diff_statuses, which the host can fetch again
DROP TABLE chat_diff_statuses;
