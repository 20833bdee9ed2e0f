"""The language of Dockerfiles: lines become instructions, and instructions stages with what they inherit.

In goes a source. `logical_lines` joins physical lines and takes heredocs out, by the words that `heredocs` finds.
`instructions` takes a joined text apart, with what `lexer` reads in it; `checks` refuses what the builder refuses of an
instruction by itself. `stages` puts instructions into stages: `draft` is a stage while it is read, `effects` what each
instruction does to it, by values that `expand` expands and `values` and `mounts` check. Out come stages.
"""
