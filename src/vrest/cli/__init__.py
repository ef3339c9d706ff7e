"""The command line: words in, calls, views out."""
