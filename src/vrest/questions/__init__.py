"""One package a question: each has one public function with a typed, certified result. A question builds on simpler ones only."""
