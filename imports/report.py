"""What became of a file, in the shape that the command prints and the page shows (design.md, contract)."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from imports.job import CREATED, REFUSED, UNCHANGED, UPDATED, Job


@dataclass
class Result:
    """`created + updated + unchanged + refused` = `rows`, the rows of data.

    `tables` says in which table of the file each refusal is, `province_id` of which province the file speaks; they are
    no part of what the command prints.
    """

    kind: str
    rows: int
    created: int
    updated: int
    unchanged: int
    refused: int
    refusals: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    printed_totals: list[dict[str, Any]] = field(default_factory=list)
    also_created: dict[str, int] = field(default_factory=dict)
    tables: list[int] = field(default_factory=list)
    province_id: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """What the contract names, ready for JSON."""
        told = asdict(self)
        del told["tables"], told["province_id"]
        return told


def result_of(job: Job) -> Result:
    counted = Counter(row.outcome for row in job.rows)
    if strange := counted.keys() - {CREATED, UPDATED, UNCHANGED, REFUSED}:
        raise AssertionError(f"Rows without an outcome: {strange}")
    refusals = sorted(job.refusals, key=lambda told: (told[0], told[1]["row"]))
    return Result(
        kind=job.kind.code,
        rows=len(job.rows),
        created=counted[CREATED],
        updated=counted[UPDATED],
        unchanged=counted[UNCHANGED],
        refused=counted[REFUSED],
        refusals=[told for _, told in refusals],
        warnings=sorted(job.warnings, key=lambda told: told["row"]),
        printed_totals=_printed_totals(job),
        also_created=job.also_created,
        tables=[table for table, _ in refusals],
        province_id=job.province.id if job.province else None,
    )


def _printed_totals(job: Job) -> list[dict[str, Any]]:
    """Each number of a total line beside what its rows give. A difference is told, never “corrected”."""
    told = []
    for table in job.tables:
        for total in table.totals:
            rows = [row for row in job.rows if row.record.table == total.table][total.first : total.end]
            found = job.kind.count(total.unit, rows)
            if found is None:
                continue
            name = job.kind.unit_names.get(total.unit) or table.titles.get(total.unit, "")
            told.append(
                {
                    "row": total.row,
                    "label": f"{total.label} ({name})" if name else total.label,
                    "printed": total.printed,
                    "found": found,
                    "agrees": total.printed == found,
                }
            )
    return told
