"""What the pages of CONTRIBUTING.md let somebody add: `test_extending.py` puts each into a copy of the tree."""
