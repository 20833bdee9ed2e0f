"""The audit of containers that exist: what each one holds on this machine, and what its files say.

An engine, or what `docker inspect` printed, goes in; containers with the sets of their processes and with the
difference from their Compose project come out, for the same rules and the same writers as those of files.

* `engine` asks a running engine: which containers there are, what it says of each, and what happens to them.
* `processes` reads what the kernel says of their processes.
* `answers` makes a text of both, line by line as the engine's client prints it.
* `audit` puts them together and asks the rules about each container.
* `watch` does so whenever a container starts or stops.
"""
