"""What collectors do next with flows: split bi-flows, take the packet in a tunnel, count a firewall's octets once.

Functions of flow dicts as ``netflowparse.decode`` gives them, of any protocol.  What is passed is never changed; rows
are new dicts that share the values inside (lists, structures) with the flow that they were made of.  docs/flows.md.

    biflow        split_biflow, by directions, plan, rows and times
    tunnels       decapsulate
    nsel          nsel_rows;  connections: what a firewall's events have counted
"""

from .biflow import split_biflow
from .connections import NselConnections
from .nsel import nsel_rows
from .tunnels import decapsulate

__all__ = ["NselConnections", "decapsulate", "nsel_rows", "split_biflow"]
