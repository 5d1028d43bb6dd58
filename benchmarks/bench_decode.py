"""The workloads under pytest-benchmark, for its history and its JSON; one group for each workload.

    python -m pytest benchmarks/bench_decode.py -o addopts= --benchmark-only

``extra_info`` holds the records of one round.  Wall-clock time: for ratios use ``python -m benchmarks.compare``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from .floors import check
from .peers import MAKERS, Absent, contender
from .traffic import Workload
from .workloads import workloads

WORKLOADS = workloads()
DECODERS = [name for name in MAKERS if name != "iter_unpack alone"]


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_floors_agree(workload: Workload) -> None:
    check(workload)


@pytest.mark.parametrize("name", DECODERS)
@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_decode(benchmark: Any, workload: Workload, name: str) -> None:
    try:
        decode = contender(name, workload).decode
    except Absent as reason:
        pytest.skip(str(reason))
    renew = workload.renew()

    def arguments() -> tuple[tuple[Any], dict[str, Any]]:
        return (workload.datagrams if renew is None else renew(workload.datagrams),), {}

    def decode_all(datagrams: Sequence[bytes]) -> None:
        for datagram in datagrams:
            decode(datagram)

    benchmark.group = workload.name
    benchmark.extra_info["records"] = workload.records
    benchmark.pedantic(decode_all, setup=arguments, rounds=5, warmup_rounds=1)
