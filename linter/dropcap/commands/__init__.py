"""The commands of `dropcap`: one module a command, with `add_arguments(parser)` and `run(arguments) -> int`."""
