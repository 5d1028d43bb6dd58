"""What a decoder remembers, in octets: ``python -m benchmarks.memory`` from the repository's root, some minutes.

For one exporter of many; for one unit of each limit on state, and all that the default allows; and under floods of
templates: 65,280 ids in one domain, then 1,000 ids in each of 100, 200 and 400 domains of 10 exporters.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator

from netflowparse import Decoder, Limits
from netflowparse.state.exporters import ExporterStore
from tests import sflow_builder as sflow
from tests.message_builder import Field, ipfix_message, netflow9_datagram, options_template, set_of, template

from .timing import table
from .traffic import numbered
from .workloads import SEQUENCE_NUMBERS, netflow9

EXPORTERS = 10_000
PER_DATAGRAM = 4_000  # templates
UNITS = 8_000
LONG_NAME = 760  # octets: the longest that counts as one fact
SOURCE_ID = 16  # its offset in v9's header


def _allocated(work: Callable[[], Decoder]) -> tuple[Decoder, int]:
    """The decoder that *work* makes, and the octets that it keeps."""
    gc.collect()
    tracemalloc.start()
    decoder = work()
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return decoder, size


def _store(decoder: Decoder) -> ExporterStore:
    return decoder._context.store


def exporters() -> str:
    """A table: octets for each exporter of one shape, with its template learned and data decoded."""
    workload = netflow9(datagrams=3)

    def heard(count: int) -> Decoder:
        decoder = Decoder()
        for number in range(count):
            name = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            for at, datagram in enumerate((*workload.templates, *workload.datagrams)):
                decoder.decode(numbered(datagram, SEQUENCE_NUMBERS["v9"], at), name)
        return decoder

    _, one = _allocated(lambda: heard(1))
    decoder, many = _allocated(lambda: heard(EXPORTERS))
    shapes = {id(known.shape) for domain in _store(decoder).all_domains() for known in domain.templates.values()}
    each = (many - one) // (EXPORTERS - 1)
    row = [f"{EXPORTERS:,}", f"{each:,}", str(len(shapes))]
    return table(["exporters", "octets for each", "compiled functions"], [row])


def _templates_of_one_field(count: int) -> Iterator[bytes]:
    fields: list[Field] = [(8, 4)]
    for domain in range(-(-count // PER_DATAGRAM)):
        body = b"".join(template(256 + number, fields) for number in range(min(count, PER_DATAGRAM)))
        yield netflow9_datagram(set_of(0, body), sourceId=domain)


def _domains(count: int) -> Iterator[bytes]:
    return (netflow9_datagram(sourceId=number) for number in range(count))


def _waiting(count: int) -> Iterator[bytes]:
    return (netflow9_datagram(set_of(300, bytes(488)), sequenceNumber=number) for number in range(count))


def _facts(count: int) -> Iterator[bytes]:
    yield ipfix_message(set_of(3, options_template(256, [(10, 4)], [(82, LONG_NAME)])))
    for number in range(0, count, 80):
        rows = (each.to_bytes(4, "big") + b"%0*d" % (LONG_NAME, each) for each in range(number, number + 80))
        yield ipfix_message(set_of(256, b"".join(rows)))


def _sources(count: int) -> Iterator[bytes]:
    return (sflow.one_flow(source_id=(0, number)) for number in range(count))


def units() -> str:
    """A table: octets for one unit of each limit on state, and for all that the default allows."""
    wide = Limits(
        templates_per_exporter=UNITS,
        domains_per_exporter=UNITS,
        facts_per_exporter=UNITS,
        pending_sets_per_exporter=UNITS,
    )
    rows = []
    for name, what, make in (
        ("template_fields", "templates of one field", _templates_of_one_field),
        ("domains", "domains", _domains),
        ("facts", f"names of interfaces, of {LONG_NAME} octets", _facts),
        ("sample_sources", "sources", _sources),
        ("pending_sets", "sets of 488 octets", _waiting),
    ):

        def work(make: Callable[[int], Iterator[bytes]] = make) -> Decoder:
            decoder = Decoder(limits=wide)
            for datagram in make(UNITS):
                decoder.decode(datagram, "one")
            return decoder

        _, size = _allocated(work)
        most = getattr(Limits(), name)
        rows.append([f"`{name}`", what, f"{size / UNITS:,.0f}", f"{size / UNITS * most / 2**20:,.0f} MiB"])
    return table(["limit", "filled with", "octets for each", "at the default"], rows)


def _flood(ids: int, domains: int, count: int) -> Iterator[tuple[bytes, str]]:
    """(datagram, exporter) of so many template ids in each domain of each exporter."""
    fields: list[Field] = [(8, 4), (12, 4), (1, 4)]
    sent = []
    for first in range(256, 256 + ids, PER_DATAGRAM):
        numbers = range(first, min(first + PER_DATAGRAM, 256 + ids))
        sent.append(netflow9_datagram(set_of(0, b"".join(template(number, fields) for number in numbers))))
    for exporter in range(count):
        for domain in range(domains):
            for datagram in sent:
                yield numbered(datagram, SOURCE_ID, domain), f"flood {exporter}"


def _flooded(ids: int, domains: int, exporters: int) -> Decoder:
    decoder, (teach,) = Decoder(), netflow9(datagrams=1).templates
    (data,) = netflow9(datagrams=1).datagrams
    decoder.decode(teach, "good")
    for number, (datagram, exporter) in enumerate(_flood(ids, domains, exporters)):
        decoder.decode(datagram, exporter)
        if number % 50 == 0 and len(decoder.decode(data, "good")["flows"]) != 25:
            raise AssertionError("the good exporter's template is gone")
    return decoder


def floods() -> str:
    """A table: octets, and templates in force, after floods of templates."""
    rows = []
    for text, arguments in (
        ("65,280 ids in one domain", (65_280, 1, 1)),
        ("1,000 ids × 100 domains × 10 exporters", (1_000, 100, 10)),
        ("1,000 ids × 200 domains × 10 exporters", (1_000, 200, 10)),
        ("1,000 ids × 400 domains × 10 exporters", (1_000, 400, 10)),
    ):
        decoder, size = _allocated(lambda arguments=arguments: _flooded(*arguments))  # type: ignore[misc]
        store = _store(decoder)
        templates = sum(exporter.templates for exporter in store)
        rows.append([text, f"{size / 1e6:.1f} MB", f"{templates:,}", f"{store.fields:,}"])
    return table(["flood", "kept", "templates", "their fields"], rows)


if __name__ == "__main__":
    print(exporters(), "\n")
    print(units(), "\n")
    print(floods())
