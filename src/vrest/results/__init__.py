"""What an analysis answers: typed, certified results that print, plot and become JSON."""
