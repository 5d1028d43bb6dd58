"""What ``Decoder(keep_octets=True)`` keeps, under ``kept``: how a datagram differs from its canonical form."""

from typing import Any, NotRequired, TypedDict


class Patch(TypedDict):
    """Octets that stood where the canonical form has others, as ``Decoder(keep_octets=True)`` keeps them."""

    octets: str  # hex
    instead_of: int | None  # CRC-32 of the canonical ones; None: the value has none


class FieldPatch(Patch):
    """A patch of one field, by its place in the record (padding counts), and of which record."""

    field: int
    record: NotRequired[int]  # not of a header


class KeptSet(TypedDict, total=False):
    """One set of a NetFlow v9 or IPFIX datagram.  What is not there is as the canonical form has it."""

    set_id: int
    length: int  # as its head says, where that is not how many octets are there
    octets: str  # hex: the whole content of one that was not read
    templates: int  # how many of the message's ``templates`` it defines
    content: Patch  # of those
    template: int  # which of the kept templates its records were read by
    inner: list[int]  # and their lists
    records: int  # how many of the message's flows, or options
    patches: list[FieldPatch]
    rest: str  # hex: what stands behind the records


class KeptRecord(TypedDict, total=False):
    """One record of an sFlow sample, in the order in which they were."""

    name: str  # its key in the sample
    cut: bool  # whether it ends before its last field
    patch: Patch  # of the whole record, head and padding included


class KeptSample(TypedDict, total=False):
    """One sample of an sFlow datagram.  What is not there is as the canonical form has it."""

    key: str  # where it is in the message: ``flows``, ``counters``, ``unknown_samples``; "" where it is not
    octets: str  # hex: all of one that is not
    whole: Patch  # of all of one whose values do not give its records
    expanded: bool  # whether it has the expanded form, though it fits the other
    head: Patch  # of its head, and of the words before its records
    records: list[KeptRecord]
    rest: Patch  # of what stands behind the last record
    padding: Patch


class Kept(TypedDict, total=False):
    """What ``Decoder(keep_octets=True)`` keeps, so that ``encode`` can copy a datagram to the octet."""

    header: list[FieldPatch]
    templates: list[dict[str, Any]]  # that sets were read by, as ``templates`` of a message
    sets: list[KeptSet]
    records: int  # flows of a fixed version
    patches: list[FieldPatch]  # of those
    samples: list[KeptSample]  # of sFlow, in their order
    tail: str  # hex: what stands behind the last part
