"""What a configuration file says: its text to values, each with its place, and all that is wrong with it at once."""
