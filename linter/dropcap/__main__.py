"""`python -m dropcap`."""

import sys

# `-m` puts the current folder first on the import path: a linted repository must not lend us its modules.
if sys.path and not getattr(sys.flags, "safe_path", False):
    del sys.path[0]

from dropcap.cli import run

if __name__ == "__main__":
    run()
