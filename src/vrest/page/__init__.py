"""The page: one file with sliders, drawn from a described cell, that computes in the reader's browser."""
