"""What a container needs, measured on a real engine: it is started with a set, and then without each member.

In goes a Compose project as the person's own program resolves it, out comes what failed without what. :mod:`client`
runs the programs, :mod:`own_project` makes a project that touches nothing of the person's, :mod:`trial` starts and
probes it once, :mod:`ablation` leaves out one capability after the other, :mod:`leftovers` removes what is left.
"""
