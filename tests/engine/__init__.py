"""What real engines do, against what dropcap says they do."""
