"""A fresh Registry; the generator of its tables."""

import importlib
import sys

import pytest

from netflowparse.registry import Registry
from tests.conftest import ROOT

IANA = ROOT / "iana"


@pytest.fixture
def registry():
    return Registry()


@pytest.fixture(scope="session")
def generator():
    """Modules of the generator by name."""
    sys.path.insert(0, str(IANA))
    yield {name: importlib.import_module(name) for name in ("facts", "keys", "labels", "vocabularies", "generate")}
    sys.path.remove(str(IANA))
