"""The engine of one decoder: what makes its readers, compiled ones or those of the reference engine."""

from __future__ import annotations

from construct import Struct

from ..limits import Limits
from . import reference, reference_structure
from .compile import Compiler
from .namespace import namespace
from .reader import StructureReader
from .structure import compiled_reader


class Engine:
    """Makes readers: compiled ones, or with ``compiled=False`` those of the reference engine.

    *octet_values* says what octets become that no type explains: "hex" text or "bytes".
    """

    def __init__(self, limits: Limits, *, compiled: bool = True, octet_values: str = "hex") -> None:
        self.names = namespace(limits, octet_values)
        self.compiled = compiled
        self.octet_values = octet_values
        maker = Compiler(self.names) if compiled else reference
        self.record_reader = maker.record_reader
        self.header_reader = maker.header_reader
        self.pair_reader = maker.pair_reader
        self.filler = maker.filler

    def structure_reader(self, declaration: Struct) -> StructureReader:
        """The reader of XDR structures of *declaration*."""
        interpreted = reference_structure.structure_reader(declaration, self.octet_values)
        return compiled_reader(declaration, self.names, interpreted) if self.compiled else interpreted
