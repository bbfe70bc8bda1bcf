-- destroys: chat_files with their data, and chat_file_links
DROP TABLE chat_file_links;
DROP TABLE chat_files;
