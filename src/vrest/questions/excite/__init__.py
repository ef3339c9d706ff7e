"""`excite`: what it takes to make a cell fire, and how it fires."""
