"""What looks at the engine's work from outside: verification of both sides against each other."""
