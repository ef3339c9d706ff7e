"""What there is to say of each answer, and its rows."""
