"""A small server of the page, which answers in full what a browser cannot: stateless, bounded, and it writes no file."""
