"""What NetFlow v9 and IPFIX do alike: sets are walked and read by their ids, template sets record by record."""

from __future__ import annotations

from construct import Struct

from ..codec.layout import layout_of
from ..wire.sets import FIRST_DATA_SET, SetHeader, TemplateHeader
from .assembly import Assembly
from .context import Context
from .datasets import read_data_set, skip_set
from .definitions import note_padding, refresh, reject
from .framing import content_end, walk_sets

TEMPLATE_HEADER: int = TemplateHeader.sizeof()


class SetFormat:
    """Base of the two protocols that are made of sets; they say how a template record is defined."""

    protocol: str
    template_set: int
    options_template_set: int

    def __init__(self, context: Context, header: Struct, specifier: Struct, options_template_header: Struct) -> None:
        engine = context.engine
        self._context = context
        self._header_length: int = header.sizeof()
        self._options_template_length: int = options_template_header.sizeof()
        self._read_header = engine.header_reader(layout_of(header))
        self._read_set = engine.pair_reader(SetHeader)
        self._read_template = engine.pair_reader(TemplateHeader)
        self._read_options_template = engine.pair_reader(options_template_header)
        self._read_specifiers = engine.record_reader(layout_of(specifier))

    def _read_sets(self, work: Assembly, end: int) -> None:
        """Read all sets up to *end*, in wire order."""
        self._context.shapes.follow_registry()
        sets = walk_sets(
            work.octets,
            self._header_length,
            end,
            self._read_set,
            work.problems,
            work.quirks,
            netflow9=self.protocol == "netflow9",
        )
        for set_id, start, stop in sets:
            if set_id >= FIRST_DATA_SET:
                read_data_set(work, set_id, start, stop)
            elif set_id in (self.template_set, self.options_template_set):
                self._template_set(work, start, stop, options=set_id == self.options_template_set)
            else:
                skip_set(work, set_id, start, stop)

    def _template_set(self, work: Assembly, start: int, end: int, *, options: bool) -> None:
        position, padding = start, content_end(work.octets, start, end)
        while position < padding and end - position >= TEMPLATE_HEADER:
            template_id, _ = self._read_template(work.octets, position)
            after = refresh(work, template_id, position, end, options=options)
            if after is None:
                after = self._define(work, position, end, options=options)
            if after is None:
                return
            position = after
        note_padding(work, position, start, end)

    def _first_specifier(
        self, work: Assembly, template_id: int, position: int, end: int, *, options: bool
    ) -> int | None:
        """The offset behind the head of the template record at *position*, or None, reported, where that is cut."""
        length = self._options_template_length if options else TEMPLATE_HEADER
        if position + length > end:
            why = f"{end - position} octets, need {length}"
            reject(work, template_id, position, why, options=options, cut=True)
            return None
        return position + length

    def _define(self, work: Assembly, position: int, end: int, *, options: bool) -> int | None:
        """Obey the template record at *position*; the offset behind it, or None where that cannot be told."""
        raise NotImplementedError
