"""The rules that come with dropcap: one file a rule."""
