"""Somebody who is woken up by problems: matches on codes, by their words and by the constants."""

from __future__ import annotations

from typing import Literal

from netflowparse import errors
from netflowparse.types import Message, Problem, ProblemCode, TemplateEvent

Severity = Literal["page", "ticket", "ignore"]

SILENT: frozenset[ProblemCode] = frozenset({errors.MISSING_TEMPLATE, "uncertain_time"})


def severity(problem: Problem) -> Severity:
    if problem.get("malformed"):
        return "page"
    match problem["code"]:
        case "missing_template" if problem.get("waiting", False):
            return "ignore"
        case "pending_lost" | "suspect_template":
            return "ticket"
        case errors.LIMIT:
            return "page"
        case _:
            return "ticket"


def text_of(problem: Problem) -> str:
    where = f"octet {problem['offset']}"
    if "set_id" in problem:
        where += f" of set {problem['set_id']:d}"
    if "path" in problem:
        where += " at " + "/".join(map(str, problem["path"]))
    if "count" in problem and "found" in problem:
        where += f": {problem['found'] - problem['count']:+d}"
    return f"{problem['code'].upper()} {problem['message']} ({where})"


def changed(event: TemplateEvent) -> list[str]:
    if event["event"] not in ("replaced", "conflict") or "changed" not in event:
        return []
    return [field["name"] for field in event["changed"]["added"]]


def lengths(event: TemplateEvent) -> list[int]:
    found: list[int] = []
    for field in event["fields"]:
        if field["length"] != "variable":
            found.append(field["length"])
    return found


def texts(message: Message) -> list[str]:
    return [text_of(problem) for problem in message["problems"] if problem["code"] not in SILENT]
