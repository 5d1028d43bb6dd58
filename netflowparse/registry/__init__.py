"""What element numbers mean: IANA's, the vendors', NetFlow v9's and the caller's own; and sFlow's codes.

registry      the public class;  rows: what callers add;  element: one of them
published     the generated tables as elements;  vocabularies: other collectors' names
"""

from ._sflow import DISCARD_REASONS, HEADER_PROTOCOLS
from .element import Element, ElementDescription
from .registry import Registry

__all__ = ["DISCARD_REASONS", "HEADER_PROTOCOLS", "Element", "ElementDescription", "Registry"]
