"""Edits of YAML as text: take an item or a pair out, write another value, add a pair.

* :mod:`tree`: the nodes of a file by their place, each with what holds it;
* :mod:`lines`: lines, their indentation and their comments;
* :mod:`style`: how a file writes lists, indentation and quotes;
* :mod:`removing`, :mod:`writing`, :mod:`adding`: the edits.

What the values mean is no matter here; whoever asks reads the text again afterwards.
"""
