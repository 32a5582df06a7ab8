"""`python -m v7terminal`."""

from v7terminal.cli import main

if __name__ == "__main__":
    main()
