"""The states that a cell's own pumps and leaks hold: found, certified, followed along a number, explained."""
