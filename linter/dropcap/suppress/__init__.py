"""What is found and accepted: by comments in the files, and by entries of the configuration.

    comments of a file -> what each accepts -> findings with a reason not to report them

A file without the word `dropcap:` is looked at no further than for that word.

* :mod:`directive`: what a comment says;
* :mod:`comments`: the comments of a file and of those that it is read with, and what they accept;
* :mod:`allowed`: what entries of the configuration accept;
* :mod:`judged`: what rules have to say of comments and entries;
* :mod:`placing` and :mod:`writing`: new comments for what is found.
"""
