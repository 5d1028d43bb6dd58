"""What one sFlow datagram has given so far, and how its samples and records are told apart."""

from __future__ import annotations

from ...codec.reader import PairReader
from ...limits import Limits
from ...quirks import SFLOW_LENGTH_SLIP
from ...state.domains import Domain
from ...types import Flow, UnknownOctets
from ...wire import sflow5 as wire
from ..problems import Problems
from ..resolve import resolve
from ..trace import Sample, SflowTrace

HEAD: int = wire.Head.sizeof()
SLIP = 4  # octets: agents count a word too many or too few
KEYS = ("flows", "counters", "unknown_samples")  # where samples are in a message


class SflowWork:
    """Collects the parts of a message while the samples of its datagram are read."""

    # Of hardly any datagram are these changed: what an instance does not set costs it nothing.
    nesting = 0  # records that the present one is inside of
    cut = False  # whether the datagram ends inside the present sample
    lacks_records = False  # whether records that such a sample counts are not there
    trace: SflowTrace | None = None  # how the datagram is read, where someone observes that

    def __init__(self, octets: bytes, domain: Domain, limits: Limits, samples: int) -> None:
        self.octets = octets
        self.domain = domain
        self.rules = domain.exporter.rules.on
        self.sources = domain.sources
        self.samples_left = samples  # behind the present one, as the datagram counts them
        self.flows: list[Flow] = []
        self.counters: list[Flow] = []
        self.unknown_samples: list[UnknownOctets] = []
        self.problems = Problems(limits)
        self.quirks: list[str] = []

    def found(self) -> tuple[int, int, int]:
        """How many flows, counters and unknown samples there are so far."""
        return len(self.flows), len(self.counters), len(self.unknown_samples)

    def note(self, before: tuple[int, int, int], start: int, stop: int, end: int) -> None:
        """Note how the sample at *start* was read, what was ``found`` *before*, and where its records and it end."""
        if self.trace is not None:
            changed = (key for key, was, now in zip(KEYS, before, self.found(), strict=True) if was != now)
            self.trace.samples.append(Sample(next(changed, ""), start, stop, end))

    def quirk(self, name: str) -> None:
        """Note that the quirk rule *name* was applied."""
        if name not in self.quirks:
            self.quirks.append(name)

    def resolve(self) -> None:
        """Add to the flows what is known of their exporter."""
        for name in resolve(self.flows, None, None, self.domain.exporter.settings, rules=self.rules):
            self.quirk(name)

    @property
    def slip(self) -> int:
        """Octets by which the length of a sample may be wrong and still be understood."""
        return SLIP if SFLOW_LENGTH_SLIP in self.rules else 0

    def may_go_on_at(self, position: int, read_head: PairReader) -> bool:
        """Whether the samples that are left can begin at *position*; where none are left, the datagram must end."""
        rest = len(self.octets) - position
        if not self.samples_left:
            return not rest
        if rest < HEAD:
            return False
        word, length = read_head(self.octets, position)
        return number_of(word) in wire.SAMPLES and not length % 4 and HEAD < length <= rest - HEAD + self.slip


def data_format(enterprise: int, number: int) -> int:
    """The word that says (enterprise, format)."""
    return enterprise << wire.FORMAT_BITS | number


def number_of(word: int) -> tuple[int, int]:
    """(enterprise, format) of a data_format."""
    return word >> wire.FORMAT_BITS, word & wire.FORMAT_MASK


def format_text(word: int) -> str:
    """A data_format as messages have it: "enterprise:format"."""
    return "{}:{}".format(*number_of(word))
