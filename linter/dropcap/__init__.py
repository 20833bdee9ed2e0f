"""Which Linux capabilities each container holds, read from the files that start it."""

__version__ = "0.1.0"
