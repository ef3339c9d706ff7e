"""How an answer moves with the numbers of a description."""
