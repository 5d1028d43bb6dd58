"""What a decoder remembers, in octets: ``python -m benchmarks.memory`` from the repository's root, some minutes.

For one exporter of many, and under floods of templates: 65,280 ids in one domain, then 1,000 ids in each of 100, 200
and 400 domains of 10 exporters.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator

from netflowparse import Decoder
from netflowparse.state.exporters import ExporterStore
from tests.message_builder import Field, netflow9_datagram, set_of, template

from .timing import table
from .traffic import numbered
from .workloads import SEQUENCE_NUMBERS, netflow9

EXPORTERS = 10_000
PER_DATAGRAM = 4_000  # templates
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
    print(floods())
