"""How fast the package is: workloads, what a hand could write for them, the peers, and one command that compares."""
