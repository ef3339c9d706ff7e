"""Kinds of mechanism: what a `kind:` word means, as laws bound to parameter tables and stoichiometries."""
