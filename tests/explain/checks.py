"""What holds of every explanation: each octet is in exactly one leaf, parts fill the whole, no problem is lost."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, ClassVar

from netflowparse import Decoder, UsageError
from netflowparse.explain import Explanation, Node

MOST = 6  # datagrams of one test that are explained
LARGE = 3_000  # octets: what is larger costs


def nodes_of(node: Node) -> Iterator[Node]:
    """A node and all its parts, whole before part."""
    left = [node]
    while left:
        node = left.pop()
        yield node
        left += node.children[::-1]


def check(explanation: Explanation, octets: bytes) -> None:
    """Assert all that holds of the explanation of *octets*."""
    root = explanation.root
    assert (root.offset, root.octets) == (0, octets)
    position = 0
    for leaf in explanation:
        assert (leaf.offset, leaf.octets) == (position, octets[position : position + len(leaf.octets)])
        position = leaf.end
    assert position == len(octets)
    placed: dict[int, list[Node]] = {}
    for node in nodes_of(root):
        if node.children:
            ends = [node.offset, *(child.end for child in node.children)]
            assert (ends[-1], node.value) == (node.end, None)
            assert [child.offset for child in node.children] == ends[:-1]
        for problem in node.problems:
            placed.setdefault(id(problem), []).append(node)
    for problem in explanation.problems:
        holders = placed.pop(id(problem))
        inside = problem["offset"] < len(octets)
        assert any(not each.children and each.offset <= problem["offset"] < each.end for each in holders) == inside
        assert inside or root in holders
    assert not placed


class Explaining:
    """``Decoder.decode`` as it is, but that datagrams are explained before: some of each test, of large ones the first.

    Of tests that run on both engines those with the compiled one; with the long profile all of everything.
    """

    large: ClassVar[set[str]] = set()  # tests, whatever their parameters, that have had one

    def __init__(self, decode: Callable[..., Any], test: str) -> None:
        self._decode = decode
        self._test = test
        self._left = MOST
        self._all = os.environ.get("HYPOTHESIS_PROFILE") == "long"

    def __get__(self, decoder: Decoder, owner: type[Decoder]) -> Callable[..., Any]:
        return partial(self._explained, decoder)

    def _explained(self, decoder: Decoder, datagram: Any, exporter: Any, **circumstances: Any) -> Any:
        if self._all or (self._left > 0 and decoder._context.engine.compiled and self._is_new(datagram)):
            self._left -= 1
            profile = sys.getprofile()
            sys.setprofile(None)  # some tests count what decoding does
            try:
                explanation = decoder.explain(datagram, exporter, **circumstances)
            except UsageError:
                pass
            else:
                check(explanation, bytes(datagram))
            sys.setprofile(profile)
        return self._decode(decoder, datagram, exporter, **circumstances)

    def _is_new(self, datagram: Any) -> bool:
        if not isinstance(datagram, bytes) or len(datagram) < LARGE:
            return True
        known = self._test in self.large
        self.large.add(self._test)
        return not known
