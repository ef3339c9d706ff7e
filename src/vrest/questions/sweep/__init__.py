"""`sweep`: one question for many rows of numbers."""
