"""What is said of a cell at one state: flows, forces, costs, drift; the words in which any answer describes it."""
