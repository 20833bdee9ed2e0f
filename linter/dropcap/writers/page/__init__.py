"""The parts of the page that `html` writes: a section a module, and the style and the script that come along."""
