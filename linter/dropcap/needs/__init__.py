"""What a container needs: which capabilities its processes ask the kernel for and do not do without.

In goes a container with what is known of its image; out come :class:`~dropcap.needs.model.Needs`.

* :mod:`~dropcap.needs.model`: the records: needs, demands, what is unknown;
* :mod:`~dropcap.needs.programs`: what one call of a program demands; `program_table` reads `programs.toml`,
  `program_words` takes the words apart, `program_values` and `program_texts` find values, `program_runs` commands;
* :mod:`~dropcap.needs.world`: the files of a running container: the image's, and the mounts over them;
* :mod:`~dropcap.needs.startup`: follows what the container starts, phase by phase, nothing being run;
* :mod:`~dropcap.needs.demands`: strikes out what files, owners, network and sysctls grant already;
* :mod:`~dropcap.needs.answer`: the set to write, and what would need less.
"""
