"""Fuzzing: one harness per invariant, found by coverage or drawn by hypothesis.  README.md says how."""
