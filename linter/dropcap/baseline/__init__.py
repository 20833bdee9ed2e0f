"""What was found before: a file that a team keeps, or the state of a revision; a check reports what is new.

Each container's finding is kept by itself: what the report says once of several containers is taken apart first, so
that a further container, or another order, changes none that is known.
"""
