"""Construct declarations: the definition of every format, each stated once, with its section.

No state, no policy, no loops over sets.  What a declaration says is read by two engines in ``codec``.
"""
