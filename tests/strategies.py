"""Hypothesis strategies: registries with any names, templates of any shape, bodies whole and spoiled."""

from __future__ import annotations

from hypothesis import strategies as st

from netflowparse import Element, Registry
from netflowparse.template import VARIABLE_LENGTH, FieldSpecifier, Template
from netflowparse.wire.leaves import ABSTRACT_TYPES

PEN = 64_999  # an enterprise of our own
WIDTHS = st.one_of(st.integers(0, 9), st.sampled_from([12, 15, 16, 17, 20, 31, 32, 33, 64, 65, 255, 2000, 65534]))
LENGTHS = st.one_of(WIDTHS, st.just(VARIABLE_LENGTH))

#: names that would break out of source text spelled without care
hostile_names = st.one_of(
    st.sampled_from(
        ["'", '"', "'''", "\\", "{x}", "}", "%s", "None", "lambda", "__class__", "a\nb", "\0", "#", "f0", "octets"]
    ),
    st.text(max_size=20),
)


class OwnRegistry(Registry):
    """A registry whose enterprise ``PEN`` has one element for each (type, name) pair, names unchecked."""

    def __init__(self, own: list[tuple[str, str]]) -> None:
        super().__init__()
        self.own = [
            Element(PEN, number, name, name, abstract_type, "", "", "", "current")
            for number, (abstract_type, name) in enumerate(own, 1)
        ]

    def element(self, enterprise: int, element_id: int) -> Element:
        """One of our own elements, else as ever."""
        if enterprise == PEN and 0 < element_id <= len(self.own):
            return self.own[element_id - 1]
        return super().element(enterprise, element_id)


own_elements = st.lists(
    st.tuples(st.sampled_from(sorted(ABSTRACT_TYPES)), hostile_names),
    min_size=1,
    max_size=8,
    unique_by=lambda own: own[1],
)


def fields(own: int) -> st.SearchStrategy[FieldSpecifier]:
    """Fields of an IPFIX template: our own *own* elements, IANA's, reverse and unknown ones, at any length."""
    identities = st.one_of(
        st.tuples(st.just(PEN), st.integers(1, own)),
        st.tuples(
            st.sampled_from([0, 29305]),
            st.sampled_from([1, 4, 8, 21, 22, 27, 56, 82, 95, 154, 156, 160, 210, 276, 32000]),
        ),
        st.tuples(st.sampled_from([9, 35632, 2**32 - 1]), st.integers(0, 0x7FFF)),
    )
    return st.builds(lambda identity, length: FieldSpecifier(*identity, length), identities, LENGTHS)


netflow9_fields = st.builds(
    FieldSpecifier,
    st.just(0),
    st.one_of(
        st.sampled_from([1, 4, 8, 21, 22, 27, 56, 82, 95, 152, 160, 33000, 56701, 57590]), st.integers(0, 0xFFFF)
    ),
    st.one_of(st.sampled_from([1, 2, 4]), LENGTHS),
)


@st.composite
def registry_and_template(draw: st.DrawFn) -> tuple[Registry, Template]:
    """A registry with hostile names, and a template over its elements."""
    own = draw(own_elements)
    protocol = draw(st.sampled_from(["ipfix", "netflow9"]))
    some_fields = fields(len(own)) if protocol == "ipfix" else netflow9_fields
    specifiers = tuple(draw(st.lists(some_fields, min_size=1, max_size=20)))
    scope = draw(st.one_of(st.none(), st.integers(0, len(specifiers))))
    return OwnRegistry(own), Template(protocol, 256, scope, specifiers)


#: octets with many short lengths, zeros and repeats, so that variable-length records often come out whole
bodies = st.one_of(
    st.binary(max_size=300),
    st.lists(
        st.sampled_from([b"\0", b"\1", b"\2", b"\4", b"\x08", b"abc", b"\xff\0\2", b"\xff\xff"]), max_size=150
    ).map(b"".join),
)
