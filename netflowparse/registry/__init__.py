"""What element numbers mean: IANA's, the vendors', NetFlow v9's and the caller's own."""

from .element import Element
from .registry import Registry

__all__ = ["Element", "Registry"]
