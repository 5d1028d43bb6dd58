"""Both engines at little cost: one decoder of each for all tests, emptied before each."""

import pytest

from netflowparse import Decoder


@pytest.fixture(scope="session")
def decoders():
    """A decoder of each engine: making one costs more than most tests."""
    return {compiled: Decoder(compiled=compiled) for compiled in (True, False)}


@pytest.fixture
def decoder(compiled, decoders):
    """A decoder with the engine under test that knows no exporter."""
    decoders[compiled].reset()
    return decoders[compiled]


@pytest.fixture
def resolving(make_decoder):
    """A decoder that resolves flows."""
    return make_decoder(resolve=True)
