"""The application: command line, composition root, the two processes, and the demo boards."""
