"""The proof that a return was sent: a number, a time, and a code that changes with any figure of it."""

from __future__ import annotations

import hashlib
import json

from activities.models import Return
from activities.periods import Period


def period_of(report: Return) -> Period:
    return Period.of_range(report.kind, report.calendar, report.period)


def number_of(report: Return) -> str:
    """`2026-09-15448-01`: period, code of the commune, how often it was sent; `U` after it for an estimate."""
    estimate = "U" if report.estimate else ""
    return f"{period_of(report).token}-{report.area.code}-{report.submissions:02d}{estimate}"


def fingerprint(report: Return) -> str:
    """SHA-256 (hexadecimal) over what was sent: place, period, time, and every figure with its qualifier."""
    values = report.values.order_by("element__code").values_list("element__code", "value", "qualifier", "reason")
    content = [
        report.area.code,
        period_of(report).token,
        report.calendar,
        report.estimate,
        report.submissions,
        report.submitted_at.isoformat() if report.submitted_at else None,
        report.note,
        [[code, f"{value:f}", qualifier, reason] for code, value, qualifier, reason in values],
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
