"""The commands of `dropcap`: one module a command, each with `run(arguments) -> int`."""
