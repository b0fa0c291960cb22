"""The tables of docs/indicators.md: `python -m reports.catalogue_doc` writes them, a test compares them."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs" / "indicators.md"
MARK = "<!-- made by reports.catalogue_doc from here to the end -->\n"
SOURCES = {"reg": "register", "log": "log", "ret": "return"}
PILLARS = {
    "teams": "Tổ và thành viên",
    "training": "Tập huấn",
    "activity": "Hoạt động",
    "government": "Chính quyền số",
    "economy": "Kinh tế số",
    "society": "Xã hội số",
    "models": "Mô hình, sáng kiến",
}
INDICATOR_HEAD = "| No. | Code | Name | Unit | Formula | Source | Target | Legal source |"
ELEMENT_HEAD = "| Code | Name | Unit | Kind | Source | Asked for by logs of |"


def rows(path: str) -> list[dict[str, str]]:
    with (PROJECT / path).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def sheet(head: str, body: list[str]) -> str:
    return "\n".join([head, "|" + " --- |" * (head.count("|") - 1), *body]) + "\n"


def indicator(row: dict[str, str]) -> str:
    formula = " ÷ ".join(f"`{part}`".replace("+", "` + `") for part in (row["numerator"], row["denominator"]) if part)
    target = ""
    if row["target"]:
        target = f"{(Decimal(row['target']) * 100).normalize():f} %" if row["unit"] == "%" else row["target"]
    source = SOURCES[row["source"]] + (", context" if row["context"] == "1" else "")
    name = row["name"] + (f" ({row['note'].rstrip('.')})" if row["note"] else "")
    return line(row["number"], f"`{row['code']}`", name, row["unit"], formula, source, target, row["legal_source"])


def element(row: dict[str, str]) -> str:
    name = row["name"] + (f" ({row['help']})" if row["help"] else "")
    kinds = ", ".join(row["activity_kinds"].split())
    return line(f"`{row['code']}`", name, row["unit"], row["kind"], row["source"], kinds)


def tables() -> str:
    """The part of the page below the mark."""
    indicators, elements = rows("reports/data/indicators.csv"), rows("activities/data/elements.csv")
    parts = [MARK, f"\n## The {len(indicators)} indicators\n"]
    for pillar, title in PILLARS.items():
        own = [indicator(row) for row in indicators if row["pillar"] == pillar]
        parts += [f"\n### {title}\n\n", sheet(INDICATOR_HEAD, own)]
    parts += [f"\n## The {len(elements)} data elements\n\n", sheet(ELEMENT_HEAD, [element(r) for r in elements])]
    return "".join(parts)


def page() -> str:
    """The whole page: what people wrote above the mark, and the tables."""
    return PAGE.read_text(encoding="utf-8").partition(MARK)[0] + tables()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
