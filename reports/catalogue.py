"""The catalogue of indicators that ships with the portal (`reports/data/indicators.csv`, domain §3)."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from activities import catalogue as elements
from activities.models import DataElement
from reports.models import Indicator, IndicatorTerm

FILE = Path(__file__).parent / "data" / "indicators.csv"


def load(**_kwargs) -> int:
    """Adds the indicators that are missing and returns how many; an admin's changes stay. Runs after `migrate`.

    Numerator and denominator are written as sums of element codes: `dossiers_paid_online`, `a+b`.
    """
    elements.load()
    known = set(Indicator.objects.values_list("code", flat=True))
    ids = dict(DataElement.objects.values_list("code", "id"))
    with FILE.open(encoding="utf-8", newline="") as lines:
        missing = [row for row in csv.DictReader(lines) if row["code"] not in known]
    made = Indicator.objects.bulk_create(
        Indicator(
            code=row["code"],
            number=row["number"],
            name=row["name"],
            pillar=row["pillar"],
            unit=row["unit"],
            source=row["source"],
            direction=row["direction"],
            target=Decimal(row["target"]) if row["target"] else None,
            context=row["context"] == "1",
            legal_source=row["legal_source"],
            note=row["note"],
            position=int(row["position"]),
        )
        for row in missing
    )
    IndicatorTerm.objects.bulk_create(
        IndicatorTerm(indicator=indicator, part=part, element_id=ids[code])
        for indicator, row in zip(made, missing, strict=True)
        for part, column in (("num", "numerator"), ("den", "denominator"))
        for code in row[column].split("+")
        if code
    )
    return len(made)
