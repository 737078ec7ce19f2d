"""`python -m forbear`: the command line."""

from __future__ import annotations

from forbear.cli import main

if __name__ == "__main__":
    main()
