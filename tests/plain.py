"""What may leave the decoder: plain types only, and strict JSON of them."""

from __future__ import annotations

import json
from typing import Any

PLAIN = (str, int, float, bool, type(None))


def assert_plain(value: Any) -> None:
    """Nothing but dict, list, str, int, float, bool and None stands in *value*, and it is strict JSON."""
    json.dumps(value, allow_nan=False)
    todo = [value]
    while todo:
        each = todo.pop()
        if type(each) is dict:
            assert all(type(key) is str for key in each)
            todo.extend(each.values())
        elif type(each) is list:
            todo.extend(each)
        else:
            assert type(each) in PLAIN, f"{type(each).__name__}: {each!r}"
