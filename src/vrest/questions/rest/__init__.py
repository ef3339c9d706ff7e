"""The potential at which no net current flows while concentrations are held, and how it moves along a number."""
