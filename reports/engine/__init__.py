"""Drawing charts and setting pages, each in a killable, limited child process without network. No Django."""
