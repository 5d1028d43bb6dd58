"""Attacks on resources: what they may cost in work, output and memory, counted and never timed.

``counting`` says what is counted; ``attacks``, ``list_attacks``, ``sflow_attacks`` and ``collisions`` build hostile
datagrams of any size, ``floods`` endless rows of them, ``streams`` hostile octet streams.  ``python -m tests.budgets``
prints what each costs.
"""
