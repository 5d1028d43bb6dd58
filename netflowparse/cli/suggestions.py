"""What a field may have been meant for that no record has: a slip of the pen, or another collector's name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Set
from typing import TypeAlias

from ..names import VOCABULARIES
from ..types import KnowledgeRow
from .renaming import names_by_key
from .wording import printable

Names: TypeAlias = Mapping[str, list[str]]  # by key

SLIP = 0.75  # how alike two words are, of which one is the other misspelled
SAME, NEAR = 0.08, 0.15  # how unlike two names are, of which one is the other misspelled for sure, and perhaps
LONG = 5  # letters of a word that may be misspelled
IDEAS = 2  # that are said
MOST_NAMES = 5000  # that are looked at
UNSAID = {"ip", "4", "6"}  # words that nobody says of an address
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
SPELLED = {
    "src": "source",
    "addr": "address",
    "proto": "protocol",
    **dict.fromkeys(("dst", "dest"), "destination"),
    **dict.fromkeys(("byte", "bytes"), "octet"),
    **dict.fromkeys(("pkt", "pkts"), "packet"),
    **dict.fromkeys(("intf", "iface"), "interface"),
    **dict.fromkeys(("second", "seconds", "milliseconds", "microseconds", "nanoseconds"), "time"),
}
WAYS = re.compile(r"^(source|src|destination|dst)(?=[a-z]{2})", re.IGNORECASE)  # as in srcaddr

SAMPLING = "samplingInterval"
TIMES = {f"flow{what}SysUpTime": f"flow{what}Milliseconds" for what in ("Start", "End")}
#: key of flows -> what ``--resolve`` adds: the kind of what is known, what it must tell, and the key that it becomes
ADDED = {
    **{
        f"{way}Interface": [
            ("interface", "interfaceName", f"{way}_interface_name"),
            ("interface", "interfaceDescription", f"{way}_interface_description"),
        ]
        for way in ("ingress", "egress")
    },
    **{f"{way}VRFID": [("vrf", "VRFname", f"{way}_vrf_name")] for way in ("ingress", "egress")},
    "applicationId": [("application", f"application{what}", f"application{what}") for what in ("Name", "Description")],
    **{uptime: [("exporter", "systemInitTimeMilliseconds", time)] for uptime, time in TIMES.items()},
}


#: of these, keys that nothing else tells
ONLY_ADDED = {SAMPLING} | {key for additions in ADDED.values() for _, _, key in additions} - set(TIMES.values())


def resolvable(met: Set[str], facts: Iterable[KnowledgeRow], here: Names) -> set[str]:
    """Return what ``--resolve`` adds by what exporters have said, to records that have the names *met*."""
    said: set[tuple[str, str]] = {(fact["kind"], key) for fact in facts for key, value in fact.items() if value}
    found = {SAMPLING} if any(key == SAMPLING for _, key in said) else set()
    for own, additions in ADDED.items():
        if not met.isdisjoint(here.get(own, [own])):
            found |= {key for kind, needed, key in additions if (kind, needed) in said}
    return found


def advice(field: str, met: Set[str], vocabulary: str | None, here: Names) -> str:
    """Return what to say of a *field* that is none of the names *met*: "" when it is like nothing that is known.

    *here* are the names of the *vocabulary*.
    """
    renamed = [name for name in here.get(field, ()) if name != field]
    if renamed:
        return f"with --names {vocabulary} it is called {_either(renamed)}"
    for other in VOCABULARIES:
        named = names_by_key(other) if other != vocabulary else {}
        keys = [key for key, names in named.items() if field in names and field not in named]
        known = [key for key in keys if key in met] or keys[:IDEAS]
        if keys and not vocabulary:
            return f"it is what {other} calls {_either(known)}: --names {other}, or {_either(known)}"
        called = [name for key in keys for name in here.get(key, [key]) if name in met]
        if called:
            return f"it is a name of {other}; did you mean {_either(called)}?"
    targets = {key: name for key, names in here.items() for name in names if name in met} | {name: name for name in met}
    near = list(dict.fromkeys(targets[name] for name in _like(field, targets)))
    return f"did you mean {_either(near[:IDEAS])}?" if near else ""


def _like(field: str, names: Iterable[str]) -> list[str]:
    """Return which *names* have all words of the *field*, but for slips, or are spelled nearly so; the best first."""
    words = _words(field)
    spelled: list[tuple[float, str]] = []
    kin: list[tuple[int, float, str]] = []
    for name in sorted(names)[:MOST_NAMES]:
        unlike = 1 - difflib.SequenceMatcher(None, field.lower(), name.lower()).ratio()
        own = _words(name)
        spelled.append((unlike, name))
        if words and all(_is_among(word, own) for word in words):
            kin.append((len(set(own) - UNSAID), unlike, name))
    nearest = min(spelled, default=(1.0, ""))
    if nearest[0] <= SAME or (nearest[0] <= NEAR and not kin):
        return [nearest[1]]
    return [name for *_, name in sorted(kin)]


def _is_among(word: str, words: list[str]) -> bool:
    """Whether *word* is one of the *words*, misspelled if it is long enough for that."""
    return word in words or (len(word) >= LONG and bool(difflib.get_close_matches(word, words, 1, SLIP)))


def _words(name: str) -> list[str]:
    """Return the words of a name in lower case, abbreviations spelled out: ``srcAddr`` is source, address."""
    plain = re.sub(r"ipv(?=[46])", "Ip", WAYS.sub(r"\1_", name), flags=re.IGNORECASE)
    words = (word.lower() for word in WORD.findall(plain))
    return [SPELLED.get(word, word) for word in words]


def _either(names: Iterable[str]) -> str:
    return " or ".join(map(printable, dict.fromkeys(names)))
