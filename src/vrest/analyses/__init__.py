"""One public function for each question; each answers with a typed, certified result and prints nothing."""
