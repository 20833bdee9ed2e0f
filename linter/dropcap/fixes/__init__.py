r"""What mends findings: the changes that a rule names become edits of the text that a person wrote.

    finding -> its rule's fix -> changes -> an editor -> edits -> proof -> files

* :mod:`contract`: what an editor gets, gives and raises;
* :mod:`registry`: which editor writes which kind of container;
* :mod:`editors`: a module or a folder for each language;
* :mod:`lists`: how a list becomes another one by the fewest edits;
* :mod:`candidates`: findings become edits that are to be tried;
* :mod:`apply`: edits become the bytes of files;
* :mod:`proof`: what has to be true of a project after edits, and what is wrong where it is not;
* :mod:`mending`: rounds over all projects, until nothing is left to fix;
* :mod:`repairs`: what an engine or Docker Compose refuses and is certain to be meant otherwise.

An editor
=========

It is a module with one function::

    def edits(container: Container, changes: Sequence[Change]) -> Iterable[Edit]

It gets all changes of one fix to one container together, and gives edits that make all of them, or raises
:class:`contract.RefusedError` with a reason. To add one, write the module and a line in :data:`registry.EDITORS`.

Where an editor has a second way, which shares less with others, it has `otherwise` with the same arguments: that is
tried where the proof finds fault with the first.

What it can rely on:

* `container` is as its file was read last. A `Located` of a change is one of its values, or one of its words;
  `contract.place(where)` is its place in a file.
* The proof reads the edited files again. It refuses edits that leave the finding, bring a new one or a failure,
  change another container, or make of this one anything but what the changes say: `Remove` takes one value out of
  its field, `Replace` puts another text in its place, and `Put` leaves a field with these values in any order. So
  an editor need not look for who else shares a text; it has to refuse only what it cannot write.

What it has to do:

* The source of an edit is a whole file, never a piece of one. Edits of one call do not overlap.
* A line break in an edit's text is `\n`: the file's own is written for it.
* Nothing but the smallest stretch changes. Comments stay, be it on a line of their own; indentation, quotes and the
  form of lists are those of the neighbours.
* A value that a variable decides is refused, and so is every form that the editor does not know.
* The last item takes its key, or its option, along.
* The same text and changes give the same edits.
"""
