"""The editors: a module or a folder for each language that containers are written in."""
