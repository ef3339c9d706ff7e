"""Numbers of a cell from measured potentials, currents and concentrations."""
