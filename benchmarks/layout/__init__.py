"""Where engine, parsing and HTTP run: a thread of the UI process or a child process, measured. See README.md."""
