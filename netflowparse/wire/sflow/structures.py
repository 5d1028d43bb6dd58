"""What sFlow's tables of structures are written in: fields by type, and the shape of a table's row.

Field names are those that sflow.org's texts print, several of one type in one text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from construct import Construct, Float32b, Int32sb, Int32ub, Int64ub, Struct

from ..values import Finite
from ..xdr import Added, Ip4, Ip6, Mac, String


class Structure(NamedTuple):
    """A flow or counter record: its name, and its layout.

    Where implementations disagree it is ``doubtful``: of its layouts the first one counts that takes exactly the octets
    that are there, and the octets stay beside what it reads.
    """

    name: str
    layouts: tuple[Struct, ...]
    doubtful: bool = False


def structure(name: str, *fields: Construct) -> Structure:
    """A structure that everybody lays out alike."""
    return Structure(name, (Struct(*fields),))


def doubtful(name: str, *layouts: Struct) -> Structure:
    """A structure of which several layouts are in use."""
    return Structure(name, layouts, doubtful=True)


def _all_of(kind: Construct) -> Callable[[str], list[Construct]]:
    return lambda names: [name / kind for name in names.split()]


u32 = _all_of(Int32ub)
i32 = _all_of(Int32sb)
u64 = _all_of(Int64ub)
f32 = _all_of(Finite(Float32b))
ip4 = _all_of(Ip4)
ip6 = _all_of(Ip6)
mac = _all_of(Mac)
string = _all_of(String)
added = _all_of(Added(Int32ub))
