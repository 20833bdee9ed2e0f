"""Which Linux capabilities each container holds, read from the files that start it."""

__version__ = "0.1.0"

HOME = "https://github.com/dropcap/dropcap"
"""Where the project is at home; reports for programs name it."""
