"""The catalogue of data elements that ships with the portal (`activities/data/elements.csv`, domain §3)."""

from __future__ import annotations

import csv
from pathlib import Path

from activities.models import DataElement

FILE = Path(__file__).parent / "data" / "elements.csv"


def load(**_kwargs) -> int:
    """Adds the elements that are missing and returns how many; an admin's changes stay. Runs after `migrate`."""
    known = set(DataElement.objects.values_list("code", flat=True))
    with FILE.open(encoding="utf-8", newline="") as lines:
        missing = [
            DataElement(**{**row, "activity_kinds": row["activity_kinds"].split(), "position": int(row["position"])})
            for row in csv.DictReader(lines)
            if row["code"] not in known
        ]
    return len(DataElement.objects.bulk_create(missing))
