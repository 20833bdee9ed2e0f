"""The audit of containers that exist: what each one holds on this machine, and what its files say.

An engine, or what `docker inspect` printed, goes in; containers with the sets of their processes and with the
difference from their Compose project come out, for the same rules and the same writers as those of files.
"""
