"""The commands of `v7`, one family a file."""
