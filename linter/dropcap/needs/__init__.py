"""What a container needs: which capabilities its processes ask the kernel for and do not do without.

In goes a container with the files of its project; out come :class:`~dropcap.needs.model.Needs`.

* :mod:`~dropcap.needs.container`: one container, phase by phase;
* :mod:`~dropcap.needs.model`: the records: needs, demands, what is unknown;
* :mod:`~dropcap.needs.certainty`, :mod:`~dropcap.needs.allowance`: those of them that are wanted early;
* :mod:`~dropcap.needs.launch`: what a container starts first, and as whom;
* :mod:`~dropcap.needs.world`: its files: the image's, and the mounts over them;
* :mod:`~dropcap.needs.startup`: follows what is started, command by command, nothing being run;
* :mod:`~dropcap.needs.conditions`: what a container itself decides, as whether a file is there;
* :mod:`~dropcap.needs.programs`: what programs demand, from `programs.toml`;
* :mod:`~dropcap.needs.file_demands`: what is demanded by what is done to files;
* :mod:`~dropcap.needs.demands`: strikes out what files, owners, network and sysctls grant already;
* :mod:`~dropcap.needs.answer`: the set to write, and what would need less.
"""
