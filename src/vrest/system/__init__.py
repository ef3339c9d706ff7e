"""From a description to functions of potentials and numbers, composed from laws; the structure is fixed, every number is a parameter."""
