"""Datagrams to annotated trees: which octets are what, by the same declarations that decode them.

``explainer.py`` has a datagram decoded on trial, of which nothing stays, and watches how it is read.  One module for
each family of protocols makes nodes of that: ``sets``, ``fixed``, ``sflow``, and ``refused`` for what cannot be
decoded.  ``node`` and ``explanation`` are what comes out, ``text`` and ``page`` how people see it.
"""

from .explanation import Explanation
from .node import Node

__all__ = ["Explanation", "Node"]
