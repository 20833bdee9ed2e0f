"""The language server: what an editor asks of the texts that are open in it.

A position in an open text goes in; findings, what is known of the word there, names to complete it, edits and hints
come out.

The session keeps the open texts and says which files are checked again when one changes (:mod:`.session`); what a
check gave is :mod:`.checked`. What is asked about it is answered by functions that know no protocol (hovers,
completions, actions, hints). Only the server itself knows pygls and the protocol's types.
"""
