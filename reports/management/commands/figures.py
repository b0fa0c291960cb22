"""`manage.py figures`: the figures of an area in a period, for scripts and by hand."""

from __future__ import annotations

import json
from decimal import Decimal

from django.core.management.base import BaseCommand, CommandError

from activities.periods import Calendar, Period
from areas.models import Area
from reports import figures as reading
from reports import rollup
from reports.models import Basis

BASES = {"reported": Basis.REPORTED, "today": Basis.TODAY}


class Command(BaseCommand):
    help = "Số liệu của một địa bàn trong một kỳ."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--area", required=True, metavar="CODE", help="mã địa bàn; VN là cả nước")
        parser.add_argument("--period", required=True, metavar="P", help="2024-09, 2024-Q3, 2024-H1, 2024-9M, 2024")
        parser.add_argument("--calendar", choices=Calendar.values, default=Calendar.STATUTORY)
        parser.add_argument("--basis", choices=list(BASES), default="reported")
        parser.add_argument("--indicator", action="append", metavar="CODE", help="chỉ những chỉ số này")
        parser.add_argument("--children", action="store_true", help="thêm một cấp bên dưới")
        parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")

    def handle(self, *args, **options) -> None:
        basis = BASES[options["basis"]]
        try:
            period = Period.parse(options["period"], options["calendar"])
            indicators = reading.indicators_of(options["indicator"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        rollup.fold_all(wait=True)  # a script that has just written reads what it wrote, also where no worker runs
        day = reading.today_of_cells() if basis == Basis.TODAY else period.end
        area = Area.objects.on(day).filter(code=options["area"]).first()
        if area is None:
            raise CommandError(f"Ngày {day:%d/%m/%Y} không có địa bàn nào mang mã “{options['area']}”.")
        report = reading.figures(area, period, basis=basis, indicators=indicators, children=options["children"])
        if options["json"]:
            self.stdout.write(json.dumps(as_json(report, options), ensure_ascii=False))
        else:
            self._print(report)

    def _print(self, report: reading.Report) -> None:
        p = report.period
        self.stdout.write(f"{report.area.name}, {p.label} ({p.start:%d/%m/%Y} – {p.end:%d/%m/%Y})")
        for line in [reading.Line(report.area, report.figures), *report.children]:
            if report.children:
                self.stdout.write(f"\n{line.area.name}")
            for figure in line.figures.values():
                i = figure.indicator
                value = "–" if figure.value is None else _text(figure.value, rate=i.unit == "%")
                self.stdout.write(f"  {i.number:8} {i.name}: {value} {i.unit} {figure.reason}".rstrip())


def _text(value: Decimal, *, rate: bool) -> str:
    text = f"{value * 100:,.2f}" if rate else f"{value:,.2f}".removesuffix(".00")
    return text.translate(str.maketrans(",.", ".,"))


def as_json(report: reading.Report, options: dict) -> dict:
    """The contract of the command (design.md): stable, scripts outside the project read it."""
    period = report.period
    answer = {
        "area": _area(report.area),
        "period": {"label": period.label, "start": period.start.isoformat(), "end": period.end.isoformat()},
        "calendar": options["calendar"],
        "basis": options["basis"],
        "fresh_at": report.fresh_at.isoformat(),
        "indicators": _indicators(report.figures),
    }
    if report.remainder is not None:
        answer["children"] = [
            {"area": _area(line.area), "indicators": _indicators(line.figures)} for line in report.children
        ]
        answer["remainder"] = {"indicators": _indicators(report.remainder)}
    return answer


def _area(area: Area) -> dict:
    return {"code": area.code, "name": area.name, "level": area.level_identifier}


def _indicators(figures: dict[str, reading.Figure]) -> list[dict]:
    return [
        {
            "code": f.indicator.code,
            "number": f.indicator.number,
            "name": f.indicator.name,
            "unit": f.indicator.unit,
            "value": _number(f.value),
            "numerator": _number(f.numerator),
            "denominator": _number(f.denominator),
            "reporting": f.reporting,
            "expected": f.expected,
            "comparable": f.comparable,
            "qualifier": f.qualifier,
            "provisional": f.provisional,
            "estimated": f.estimated,
            "restated": f.restated,
            "reason": f.reason,
        }
        for f in figures.values()
    ]


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
