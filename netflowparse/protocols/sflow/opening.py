"""What the words before a sample's records become: spelled once, for the functions of shapes and for all other samples.

Interfaces that are none come last in a flow, behind all that its records say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ...codec.source import INDENT, function
from ...state.sample_sources import COUNTERS, FLOWS
from ...state.sequence import HALF
from ...types import Flow
from ...wire import sflow5 as wire

LARGEST_INDEX = 0x7FFFFFFF  # of an interface: RFC 2863 §6
SOURCE = ("source_class", "source_index")
NUMBERS = ("sequence_number", "sample_pool", "drops")  # by which a source counts
CONSTANTS = {"packetDeltaCount": 1}  # of a flow, whatever its words are


class Way(NamedTuple):
    """One of a flow's two interfaces: the key of its index, and of what it is instead."""

    index_key: str
    other_key: str
    words: str  # what the names of its words begin with


WAYS = Way("ingressInterface", "ingress", "input"), Way("egressInterface", "egress", "output")
#: Names of the words of a sample -> texts of their values
Words = dict[str, str]


def display(values: dict[str, str]) -> str:
    """Source text of a dict."""
    return "{" + ", ".join(f"{key!r}: {value}" for key, value in values.items()) + "}"


def expand(words: Words) -> list[str]:
    """Lines that take apart a compact source, if *words* have one: then they have its parts."""
    origin = words.pop("source_id", "")
    if not origin:
        return []
    words.update({name: name for name in SOURCE})
    return [f"source_class, source_index = {origin} >> {wire.INDEX_BITS}, {origin} & {wire.INDEX_MASK}"]


def source_lines(kind: str, words: Words) -> list[str]:
    """Lines that find the data source of a sample of that kind."""
    key = f"({kind!r}, {words['source_class']}, {words['source_index']})"
    return [f"source = sources.get({key}) or domain.new_source({key})"]


def flow_items(words: Words) -> dict[str, str]:
    """Texts of what a flow begins with, CONSTANTS and interfaces apart, where ``said`` is its continuity."""
    return {
        "sampler": display({name: words[name] for name in (*SOURCE, *NUMBERS)}),
        "continuity": "said",
        "samplingInterval": words["sampling_rate"],
    }


def continuity_lines(words: Words) -> list[str]:
    """Lines after which ``said`` is the continuity of a flow sample: what ``observe_flow`` says, without a call of it.

    No difference is below 0, and none has as many bits as half the range, exactly if that is so of both together.
    """
    number, pool, drops = (words[name] for name in NUMBERS)
    said = {
        "expected": number,
        "missing": "0",
        "event": "'in_order'",
        "sample_pool_delta": "more",
        "drops_delta": "dropped",
        "effective_rate": "seen / samples",
    }
    return [
        "expected, last_pool, last_drops, samples, seen = source.flow",
        f"more, dropped = {pool} - last_pool, {drops} - last_drops",
        f"if {number} == expected and not (more | dropped) >> {HALF.bit_length() - 1}:",
        INDENT + "samples, seen = samples + 1, seen + more",
        f"{INDENT}source.flow = {number} + 1, {pool}, {drops}, samples, seen",
        f"{INDENT}said = {display(said)}",
        "else:",
        f"{INDENT}said = source.observe_irregular({number}, {pool}, {drops})",
    ]


def counters_items(words: Words) -> dict[str, str]:
    """Texts of what the counters of a sample begin with."""
    said = {name: words[name] for name in (*SOURCE, "sequence_number")}
    return {**said, "continuity": f"source.observe({words['sequence_number']})"}


def interface(way: Way, words: Words) -> tuple[str, str, str]:
    """The condition under which a way is an interface, the text of its index, and of what it is instead."""
    if way.words in words:
        word = words[way.words]
        other = {"format": f"{word} >> {wire.VALUE_BITS}", "value": f"{word} & {wire.VALUE_MASK}"}
        return f"{word} and {word} < {wire.THIS_DEVICE}", word, display(other)
    kind, value = words[f"{way.words}_format"], words[f"{way.words}_value"]
    index = f"not {kind} and {value} and {value} <= {LARGEST_INDEX} and {value} != {wire.THIS_DEVICE}"
    return index, value, display({"format": kind, "value": value})


def _whole_flow(words: Words) -> dict[str, str]:
    numbers = ", ".join(words[name] for name in NUMBERS)
    constants = {key: repr(value) for key, value in CONSTANTS.items()}
    return {**flow_items(words), "continuity": f"source.observe_flow({numbers})", **constants}


def _opener(kind: str, items: Callable[[Words], dict[str, str]], *names: str) -> Callable[..., Flow]:
    words = {name: name for name in (*SOURCE, "sequence_number", *names)}
    lines = ["sources, domain = work.sources, work.domain", *source_lines(kind, words)]
    lines.append(f"return {display(items(words))}")
    opener: Callable[..., Flow] = function(
        [f"def read(work, {', '.join(words)}):", *(INDENT + line for line in lines)], {}
    )
    return opener


#: The flow of a sample with these words, before its interfaces and records.
open_flow = _opener(FLOWS, _whole_flow, "sampling_rate", "sample_pool", "drops")
#: The counters of a sample with these words, before its records.
open_counters = _opener(COUNTERS, counters_items)


def put_interfaces(
    flow: Flow, in_format: int, in_value: int, out_format: int, out_value: int
) -> list[tuple[str, Flow]]:
    """Put the interfaces of an expanded sample into *flow*; those that are none, to be put there last."""
    others: list[tuple[str, Flow]] = []
    if not in_format and 0 < in_value <= LARGEST_INDEX and in_value != wire.THIS_DEVICE:
        flow["ingressInterface"] = in_value
    else:
        others.append(("ingress", {"format": in_format, "value": in_value}))
    if not out_format and 0 < out_value <= LARGEST_INDEX and out_value != wire.THIS_DEVICE:
        flow["egressInterface"] = out_value
    else:
        others.append(("egress", {"format": out_format, "value": out_value}))
    return others
