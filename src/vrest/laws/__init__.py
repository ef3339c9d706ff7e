"""The physics: pure functions, SI in and SI out; one file per topic."""
