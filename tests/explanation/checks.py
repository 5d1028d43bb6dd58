"""What holds of every explanation: each octet is in exactly one leaf, parts fill the whole, no problem is lost."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, ClassVar

from netflowparse import Decoder, UsageError
from netflowparse.explanation import Explanation, Node
from netflowparse.types import Problem

MOST = 6  # datagrams of one test that are explained
#: what counts records, or has them
COUNTING = {
    "flow_sample",
    "counters_sample",
    "flow_sample_expanded",
    "counters_sample_expanded",
    "discarded_packet",
    "pdu",
}
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
        assert any(stands(problem, each, root) for each in holders)
        check_structure(problem, holders, root)
    assert not placed


def stands(problem: Problem, node: Node, root: Node) -> bool:
    """Whether *node* has the offset of a problem: a leaf in its octets, another one behind them.

    What ends where the problem is has it if it is about that; at the datagram's end the root, if about nothing else.
    Behind what counts records, or a structure, padding may follow.
    """
    offset = problem["offset"]
    counts = problem["code"] == "count_mismatch" and node.name in COUNTING
    if counts or problem.get("structure") == node.name:
        return node.offset < offset <= node.end
    if node.offset <= offset < node.end:
        return not node.children
    if offset != node.end:
        return False
    if node is root:
        return True
    if node.offset == node.end:
        return problem.get("length") == 0
    return problem["code"] == "limit" and node.name == "header"


def check_structure(problem: Problem, holders: list[Node], root: Node) -> None:
    """Assert that what a problem says of a structure of sFlow is told in one of that name."""
    name = problem.get("structure")
    if name is not None:
        wholes = [node for node in nodes_of(root) if node.name == name]
        assert any(each.offset <= holder.offset and holder.end <= each.end for each in wholes for holder in holders)


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
