"""Fixtures for all tests: both engines, the captures beside the repository, and hypothesis profiles."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from netflowparse import Decoder
from netflowparse.codec import shapes, source
from netflowparse.protocols.sflow import shapes as sflow_shapes
from tests.explanation.checks import Explaining
from tests.tally import Tally

ROOT = Path(__file__).resolve().parent.parent
RECORDINGS = ROOT / "tests" / "captures"
SHARED = ROOT.parent / "shared"  # captures of other projects; not part of this repository
#: tests of bad inputs that are not explained: two count what is made, two have half a million values each
UNEXPLAINED = {
    "test_a_template_is_not_made_anew_by_what_does_not_concern_it",
    "test_descriptions_that_alternate_with_data_buy_few_shapes",
    "test_the_default_stops_the_multiplication",
    "test_empty_values_one_octet_each",
}

slow_machines_are_fine = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("default", max_examples=40, **slow_machines_are_fine)
settings.register_profile("ci", max_examples=40, derandomize=True, **slow_machines_are_fine)
settings.register_profile("long", max_examples=5000, **slow_machines_are_fine)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default"))


def pytest_configure(config: pytest.Config) -> None:
    """Have the run end with a tally of the bad inputs."""
    config.pluginmanager.register(Tally())


@pytest.fixture(params=[True, False], ids=["compiled", "reference"])
def compiled(request: pytest.FixtureRequest) -> bool:
    """Which engine reads: every decoding test runs on both."""
    return bool(request.param)


@pytest.fixture(autouse=True, scope="session")
def compile_at_once() -> Iterator[None]:
    """A shape is compiled for its first record or sample: small tests would not see generated code otherwise.

    The code of a text is kept: every decoder of the run generates its own functions, most from texts there were before.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapes, "COMPILE_AFTER", -1)
        patch.setattr(sflow_shapes, "SIGHTINGS", 1)
        patch.setattr(source, "compile", lru_cache(4096)(compile), raising=False)
        yield


@pytest.fixture
def make_decoder(compiled: bool) -> Callable[..., Decoder]:
    """Makes decoders with the engine under test."""

    def make(**settings: Any) -> Decoder:
        return Decoder(compiled=compiled, **settings)

    return make


@pytest.fixture
def decoder(make_decoder: Callable[..., Decoder]) -> Decoder:
    """A fresh decoder with the engine under test."""
    return make_decoder()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Iterator[None]:
    """Have datagrams of tests of bad inputs explained as well, each before it is decoded: ``tests/explanation``."""
    with pytest.MonkeyPatch.context() as patch:
        if item.get_closest_marker("fault") is not None and item.originalname not in UNEXPLAINED:
            patch.setattr(Decoder, "decode", Explaining(Decoder.decode, item.originalname))
        yield


@pytest.fixture(scope="session")
def shared_captures() -> Path:
    """The folder of other projects' captures; the test is skipped where it is not there."""
    captures = SHARED / "captures"
    if not (captures / "MANIFEST.tsv").exists():
        pytest.skip("../shared/captures is not here")
    return captures


def pytest_collection_finish() -> None:
    """Keep what collecting has made out of the garbage collector's way: it would look at it time and again."""
    gc.collect()
    gc.freeze()
