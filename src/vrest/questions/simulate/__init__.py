"""The time course of a cell under a protocol, conserved and certified, and its story."""
