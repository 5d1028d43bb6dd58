"""Whether records say in which direction their packets went.  RFC 5103 §4."""

from __future__ import annotations

import re
from collections.abc import Collection

# Names of reverse elements: IANA's, those of enterprises that number their own, and unknown ones (RFC 5103 §6).
_REVERSE = re.compile(r"(?:pen\d+_)?reverse[A-Z]|pen29305_")
# What addresses, ports, interfaces and autonomous systems of one end have in their names, IANA's and vendors'; of the
# two ends of a wireless link, elements 365 to 367, one is the station and the other the access point.
_DIRECTED = re.compile(
    "source|destination|src|dst|client|server|ingress|egress|direction|sta(?=mac|ip)|wtp", re.IGNORECASE
)


def is_undirected(names: Collection[str]) -> bool:
    """Whether fields of these *names* count two directions apart, without one that tells them from each other."""
    reverse = {name for name in names if _REVERSE.match(name)}
    return bool(reverse) and not any(name not in reverse and _DIRECTED.search(name) for name in names)
