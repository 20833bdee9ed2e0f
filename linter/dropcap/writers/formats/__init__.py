"""The formats: one module each, named after it, with `write(report, context)`; there is no list of them."""
