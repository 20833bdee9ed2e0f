"""Programs that others wrote, as judges of ours; the tests alone use them."""
