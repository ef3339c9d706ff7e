"""`uncertain`: what the ranges of numbers make of an answer."""
