"""Datagrams to annotated trees: which octets are what, by the same declarations that decode them.

explainer     has a datagram decoded on trial, of which nothing stays, and watches how it is read
sheet         makes the nodes of that, each with its problems
sets          NetFlow v9 and IPFIX;  templates, records, lists: what is in them
fixed         NetFlow v1, v5 to v8;  declared: what is always as long
sflow         samples;  structures, packets: what is in them
refused       what cannot be decoded
node, explanation     what comes out;  text, page: how people see it
"""

from .explanation import Explanation
from .node import Node

__all__ = ["Explanation", "Node"]
