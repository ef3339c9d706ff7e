"""Numerical engines; they know functions and numbers, no physics."""
