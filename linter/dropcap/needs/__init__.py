"""What a container needs: which capabilities its processes ask the kernel for and do not do without.

In go what a container starts and what is known of its image's files; out come demands, and what is left of them.

* :mod:`~dropcap.needs.model`: the records: needs, demands, what is unknown;
* :mod:`~dropcap.needs.launch`: what a container starts first, and as whom;
* :mod:`~dropcap.needs.conditions`: what a container itself decides, as whether a file is there;
* :mod:`~dropcap.needs.programs`: what programs demand, from `programs.toml`;
* :mod:`~dropcap.needs.file_demands`: what is demanded by what is done to files;
* :mod:`~dropcap.needs.demands`: strikes out what files, owners, network and sysctls grant already.
"""
