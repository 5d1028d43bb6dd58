"""How long common properties hold: stated anew, withdrawn, outlived, restored.  RFC 5473 §5 and §6."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from netflowparse import Decoder, Limits
from tests.message_builder import options_template, set_of, template
from tests.plain import assert_plain
from tests.protocols.common_properties import (
    FLOWS,
    PACKETS,
    PROPERTIES,
    PROTOCOL,
    SOURCE_PORT,
    gained,
    heard,
    protocols,
    record,
    referring,
    stated,
    taught,
)
from tests.protocols.messages import codes


def withdrawn(*ids: int) -> bytes:
    """The sets that withdraw properties: nothing but the scope."""
    octets = b"".join(record([PROPERTIES], (each,)) for each in ids)
    return set_of(3, options_template(301, [PROPERTIES], [])) + set_of(301, octets)


class TestKept:
    """For the session, within limits."""

    @pytest.mark.conformance("CPROP-6-01")
    @pytest.mark.parametrize("transport", ["udp", "tcp", "sctp", "file"])
    def test_without_end(self, resolving: Decoder, transport: Any) -> None:
        taught(resolving, stated([PROTOCOL], (5, 6)), transport=transport)
        for days in range(6, 60, 6):
            assert gained(resolving, 5, after=days * 86_400, transport=transport) == [{"protocolIdentifier": 6}]
        resolving.forget("r1")
        assert codes(heard(resolving, referring(5), transport=transport)) == ["unresolved_properties"]

    @pytest.mark.fault("RS-17")
    @pytest.mark.conformance("CPROP-6-01")
    def test_the_oldest_make_room(self, make_decoder: Any) -> None:
        decoder = make_decoder(resolve=True, limits=Limits(facts_per_exporter=2))
        taught(decoder, stated([PROTOCOL], (1, 6), (2, 17), (3, 1)))
        message = heard(decoder, referring(1, 2, 3))
        assert protocols(message) == [None, 17, 1]
        assert [problem["ids"] for problem in message["problems"]] == [[1]]
        assert decoder.statistics()[0]["facts_evicted"] == 1


class TestChanged:
    """Properties stated anew, or withdrawn."""

    def test_repeated(self, resolving: Decoder) -> None:
        for _ in range(3):
            taught(resolving, stated([PROTOCOL], (5, 6)))

    @pytest.mark.conformance("CPROP-6.1-02", "CPROP-6-03")
    @pytest.mark.parametrize(
        ("transport", "outcome", "how"),
        [
            ("udp", "replaced", "other values, which hold from here on"),
            ("file", "replaced", "other values, which hold from here on"),
            ("tcp", "conflict", "other values without a withdrawal, which hold from here on"),
            ("sctp", "conflict", "other values without a withdrawal, which hold from here on"),
        ],
    )
    def test_stated_anew(self, decoder: Decoder, transport: Any, outcome: str, how: str) -> None:
        """The second data set stands behind the message's header of 16 octets and an options template set of 18."""
        taught(decoder, stated([PROTOCOL], (5, 6), (6, 6)), transport=transport)
        message = heard(decoder, stated([PROTOCOL], (5, 17), (6, 6)), transport=transport)
        assert message["problems"] == [
            {
                "code": "properties_changed",
                "message": f"common properties 5 in set 300 at octet 34: stated anew with {how}",
                "offset": 34,
                "set_id": 300,
                "template_id": 300,
                "ids": [5],
                "outcome": outcome,
            }
        ]
        assert [row["fields"] for row in decoder.knowledge("r1") if row["key"] == 5] == [{"protocolIdentifier": 17}]
        assert heard(decoder, stated([PROTOCOL], (5, 17)), transport=transport)["problems"] == []

    def test_the_new_values_hold(self, resolving: Decoder) -> None:
        taught(resolving, stated([PROTOCOL, SOURCE_PORT], (5, 6, 80)))
        heard(resolving, stated([PROTOCOL], (5, 17)))
        assert gained(resolving, 5) == [{"protocolIdentifier": 17}]

    @pytest.mark.conformance("CPROP-5-03")
    @pytest.mark.parametrize("transport", ["udp", "tcp", "sctp", "file"])
    def test_the_template_of_a_withdrawal(self, decoder: Decoder, transport: Any) -> None:
        taught(decoder, stated([PROTOCOL], (5, 6)), transport=transport)
        message = heard(decoder, withdrawn(5), transport=transport)
        (event,) = message["templates"]
        assert (event["event"], event["scope_count"], len(event["fields"])) == ("learned", 1, 1)
        assert message["options"] == [{"scope": {"commonPropertiesId": 5}, "report": "common_properties"}]
        assert message["problems"] == []
        assert [row["key"] for row in decoder.knowledge("r1")] == ([5] if transport == "udp" else [])

    @pytest.mark.conformance("CPROP-6-04")
    @pytest.mark.parametrize("transport", ["tcp", "sctp", "file"])
    def test_withdrawn(self, resolving: Decoder, transport: Any) -> None:
        taught(resolving, stated([PROTOCOL], (5, 6), (6, 17)), transport=transport)
        taught(resolving, withdrawn(5), transport=transport)
        message = heard(resolving, referring(5, 6), transport=transport)
        assert protocols(message) == [None, 17]
        assert [(each["code"], each["ids"]) for each in message["problems"]] == [("unresolved_properties", [5])]
        taught(resolving, stated([PROTOCOL], (5, 1)), transport=transport)  # the id is free again
        assert gained(resolving, 5, transport=transport) == [{"protocolIdentifier": 1}]

    @pytest.mark.conformance("CPROP-5-03")
    def test_not_withdrawn_over_udp(self, resolving: Decoder) -> None:
        taught(resolving, stated([PROTOCOL], (5, 6)))
        taught(resolving, withdrawn(5))
        assert gained(resolving, 5) == [{"protocolIdentifier": 6}]

    @pytest.mark.conformance("CPROP-6-03")
    @pytest.mark.parametrize(("transport", "wrong"), [("udp", 0), ("file", 0), ("tcp", 1), ("sctp", 1)])
    def test_withdrawn_without_being_known(self, decoder: Decoder, transport: Any, wrong: int) -> None:
        """The session is the caller's to end."""
        taught(decoder, stated([PROTOCOL], (6, 6)), transport=transport)
        message = heard(decoder, withdrawn(5), transport=transport)
        problem = {
            "code": "properties_changed",
            "message": "common properties 5 in set 301 at octet 30: withdrawn, but not known",
            "offset": 30,
            "set_id": 301,
            "template_id": 301,
            "ids": [5],
            "outcome": "unknown_withdrawal",
        }
        assert message["problems"] == [problem] * wrong
        assert decoder.forget("r1") is True
        assert decoder.knowledge("r1") == []

    def test_a_flood_is_counted(self, make_decoder: Any) -> None:
        """A thousand records that state one of two ids anew: the first two state them."""
        decoder = make_decoder(limits=Limits(problems=5))
        message = heard(decoder, stated([PROTOCOL], *((each % 2, each % 251) for each in range(1002))))
        assert codes(message) == ["properties_changed"] * 5 + ["limit"]
        assert message["problems"][-1]["count"] == 1000 - 5
        assert decoder.statistics()[0]["facts"] == 2


class TestLifetime:
    """Over UDP, and where the caller gives one."""

    @pytest.mark.conformance("CPROP-6.1-01")
    def test_not_repeated_in_time(self, make_decoder: Any) -> None:
        decoder = make_decoder(resolve=True, template_lifetime=1800)
        taught(decoder, stated([PROTOCOL], (5, 6)))
        assert gained(decoder, 5, after=1800) == [{"protocolIdentifier": 6}]
        message = heard(decoder, referring(5), after=1801)
        assert message["flows"] == [{"commonPropertiesId": 5, "packetDeltaCount": 10}]
        assert [(each["code"], each["ids"]) for each in message["problems"]] == [("unresolved_properties", [5])]
        taught(decoder, stated([PROTOCOL], (5, 17)), after=1802)  # nothing that it could replace
        assert gained(decoder, 5, after=3602) == [{"protocolIdentifier": 17}]

    @pytest.mark.conformance("CPROP-6.1-01")
    def test_repeated_in_time(self, make_decoder: Any) -> None:
        decoder = make_decoder(resolve=True, template_lifetime=1800)
        for after in range(0, 9000, 1500):
            taught(decoder, stated([PROTOCOL], (5, 6)), after=after)
        assert gained(decoder, 5, after=7500 + 1800) == [{"protocolIdentifier": 6}]
        assert codes(heard(decoder, referring(5), after=7500 + 1801)) == ["unresolved_properties"]

    @pytest.mark.conformance("CPROP-6.1-01")
    def test_three_of_their_intervals(self, make_decoder: Any) -> None:
        """Repeated once after 600 s; before that, they hold."""
        decoder = make_decoder(resolve=True, template_lifetime="adapt")
        taught(decoder, stated([PROTOCOL], (5, 6)))
        assert gained(decoder, 5, after=500) == [{"protocolIdentifier": 6}]
        taught(decoder, stated([PROTOCOL], (5, 6)), after=600)
        assert gained(decoder, 5, after=600 + 1800) == [{"protocolIdentifier": 6}]
        assert codes(heard(decoder, referring(5), after=600 + 1801)) == ["unresolved_properties"]

    @pytest.mark.conformance("CPROP-6.1-01")
    @pytest.mark.parametrize("transport", ["tcp", "sctp", "file"])
    def test_not_on_streams(self, make_decoder: Any, transport: Any) -> None:
        decoder = make_decoder(resolve=True, template_lifetime=1800)
        taught(decoder, stated([PROTOCOL], (5, 6)), transport=transport)
        assert gained(decoder, 5, after=86_400, transport=transport) == [{"protocolIdentifier": 6}]
        message = heard(decoder, stated([PROTOCOL], (5, 17)), after=86_400, transport=transport)
        assert codes(message) == ["properties_changed"]

    def test_of_data_that_waited(self, make_decoder: Any) -> None:
        decoder = make_decoder(resolve=True, template_lifetime=1800)
        taught(decoder, stated([PROTOCOL], (5, 6)))
        fields = [PROPERTIES, PACKETS]
        heard(decoder, set_of(FLOWS, record(fields, (5, 1))), after=1700)
        (late,) = heard(decoder, set_of(2, template(FLOWS, fields)), after=1900)["late"]
        assert (protocols(late), codes(late)) == ([None], ["unresolved_properties"])

    def test_not_with_a_history(self, make_decoder: Any) -> None:
        decoder = make_decoder(resolve=True, template_lifetime=1800, history=True)
        heard(decoder, stated([PROTOCOL], (5, 6)))
        assert [codes(message) for message in decoder.flush()] == [[]]
        heard(decoder, referring(5), after=1801)
        (message,) = decoder.flush()
        assert (protocols(message), codes(message)) == ([6], [])

    @pytest.mark.parametrize("how", ["snapshot", "pickle"])
    def test_it_outlives_the_collector(self, make_decoder: Any, compiled: bool, how: str) -> None:
        decoder = make_decoder(resolve=True, template_lifetime="adapt")
        for after in 0, 600, 700:
            taught(decoder, stated([PROTOCOL], (5, 6)), after=after)
        taught(decoder, after=1000)
        if how == "pickle":
            decoder = pickle.loads(pickle.dumps(decoder))
        else:
            snapshot = decoder.snapshot()
            assert_plain(snapshot)
            decoder = Decoder.restore(snapshot, resolve=True, template_lifetime="adapt", compiled=compiled)
            assert decoder.snapshot() == snapshot
        assert gained(decoder, 5, after=700 + 1800) == [{"protocolIdentifier": 6}]
        assert codes(heard(decoder, referring(5), after=700 + 1801)) == ["unresolved_properties"]

    def test_it_outlives_two_collectors(self, make_decoder: Any, compiled: bool) -> None:
        """The one that heard the properties heard nothing for the 1000 s after."""
        one, other = make_decoder(), make_decoder()
        taught(one, stated([PROTOCOL], (5, 6)))
        taught(other, after=1000)
        snapshots = one.snapshot(), other.snapshot()
        before = repr(snapshots)
        both = Decoder.restore(*snapshots, resolve=True, template_lifetime=1800, compiled=compiled)
        assert repr(snapshots) == before
        assert gained(both, 5, after=1800) == [{"protocolIdentifier": 6}]
        assert codes(heard(both, referring(5), after=1801)) == ["unresolved_properties"]
