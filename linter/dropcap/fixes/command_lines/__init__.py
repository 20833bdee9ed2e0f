"""Command lines of container clients as text, in whatever file they stand.

Only words that need no quoting anywhere are written, so that a shell, make, systemd, JSON and YAML all read them as
they are; what stands between words is written as their neighbours have it.

* :mod:`gaps`: what stands between words, and taking words out with it;
* :mod:`parts`: the option that a value belongs to;
* :mod:`line`: where a line stands, and where new options go.
"""
