"""`python -m amitop`, and the `amitop` command."""

import sys

from amitop.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
