"""How long something holds that has to be repeated: templates (RFC 7011 §8.4), common properties (RFC 5473 §6.1).

No clock is read: ages are those of the domain's clock.
"""

from __future__ import annotations

from typing import Any

ADAPT = "adapt"  # a lifetime of as many of the longest intervals between repetitions:
REFRESHES = 3  # RFC 7011 §8.4
REPETITION = 10  # s: exporters that send something several times at once do not repeat it in shorter intervals


class Repetition:
    """When something was last repeated, and how often it is.

    ``seconds`` are those of the domain's clock at the time, ``interval`` (s) is the longest between two repetitions, 0
    before one was seen.
    """

    __slots__ = ("interval", "seconds")

    def __init__(self, seconds: int, interval: int = 0) -> None:
        self.seconds = seconds
        self.interval = interval

    def repeat(self, seconds: int) -> None:
        """Note that it was repeated."""
        interval = seconds - self.seconds
        if interval >= REPETITION:
            self.interval = max(self.interval, interval)
        self.seconds = seconds

    def outlived(self, lifetime: int | str | None, seconds: int) -> bool:
        """Whether its *lifetime* (s, ``ADAPT``, or None for no end) is over; at exactly the lifetime it holds still."""
        if lifetime is None:
            return False
        if lifetime == ADAPT:
            return bool(self.interval) and seconds - self.seconds > REFRESHES * self.interval
        return seconds - self.seconds > int(lifetime)

    def dump_age(self, seconds: int) -> dict[str, int]:
        """Its age and its interval, for ``load_age``."""
        return {"age": seconds - self.seconds, "interval": self.interval}

    @classmethod
    def load_age(cls, age: Any, interval: Any, seconds: int) -> Repetition:
        """The repetition that was dumped, of something that has that *age* now; ValueError if none was."""
        if type(age) is not int or age < 0 or type(interval) is not int or interval < 0:
            raise ValueError("age or interval of the wrong kind")
        return cls(seconds - age, interval)
