# The shell asks dropcap itself, so that options and rules are those that are installed.
dropcap completions fish | source
