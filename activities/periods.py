"""Reporting periods in both calendars.

The statutory month runs from the 15th of the month before to the 14th (pattern of NĐ 09/2019/NĐ-CP and the circulars
that follow it); quarter, half-year, nine months and year are made of statutory months. The civil calendar is the plain
one. Both are made of half-months: the 1st to the 14th, and the 15th to the month's end.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange


class Calendar(models.TextChoices):
    STATUTORY = "statutory", "Kỳ báo cáo (15–14)"
    CIVIL = "civil", "Tháng dương lịch"


class PeriodKind(models.TextChoices):
    MONTH = "month", "Tháng"
    QUARTER = "quarter", "Quý"
    HALF_YEAR = "half_year", "6 tháng"
    NINE_MONTHS = "nine_months", "9 tháng"
    YEAR = "year", "Năm"


MONTHS = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    PeriodKind.HALF_YEAR: 6,
    PeriodKind.NINE_MONTHS: 9,
    PeriodKind.YEAR: 12,
}

_TOKEN = re.compile(
    r"^(?P<year>\d{4})(?:-(?:(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<nine>9M)))?$"
)


@dataclass(frozen=True, order=True)
class Period:
    """A reporting period: its kind, the first and the last civil month that give it its name, and its calendar."""

    kind: PeriodKind
    year: int
    last_month: int
    calendar: Calendar = Calendar.STATUTORY

    @classmethod
    def parse(cls, token: str, calendar: str = Calendar.STATUTORY) -> Period:
        """`2024-09`, `2024-Q3`, `2024-H1`, `2024-9M`, `2024`. Raises ValueError with a sentence for the user."""
        found = _TOKEN.match(token.strip())
        if not found:
            raise ValueError(f"Không hiểu kỳ “{token}”. Viết 2024-09, 2024-Q3, 2024-H1, 2024-9M hoặc 2024.")
        year = int(found["year"])
        if not 1990 <= year <= 2200:
            raise ValueError(f"Năm {year} nằm ngoài khoảng 1990–2200.")
        if found["month"]:
            kind, last = PeriodKind.MONTH, int(found["month"])
        elif found["quarter"]:
            kind, last = PeriodKind.QUARTER, int(found["quarter"]) * 3
        elif found["half"]:
            kind, last = PeriodKind.HALF_YEAR, int(found["half"]) * 6
        elif found["nine"]:
            kind, last = PeriodKind.NINE_MONTHS, 9
        else:
            kind, last = PeriodKind.YEAR, 12
        return cls(kind, year, last, Calendar(calendar))

    @classmethod
    def month_of(cls, day: datetime.date, calendar: str = Calendar.STATUTORY) -> Period:
        """The month that holds the day."""
        named = day + relativedelta(months=1) if calendar == Calendar.STATUTORY and day.day >= 15 else day
        return cls(PeriodKind.MONTH, named.year, named.month, Calendar(calendar))

    @classmethod
    def of_range(cls, kind: str, calendar: str, dates: DateRange) -> Period:
        """The period of a return, from its kind, its calendar and its half-open range of days."""
        last = dates.upper - datetime.timedelta(days=1)
        return cls(PeriodKind(kind), last.year, last.month, Calendar(calendar))

    @property
    def token(self) -> str:
        suffix = {
            PeriodKind.MONTH: f"-{self.last_month:02d}",
            PeriodKind.QUARTER: f"-Q{self.last_month // 3}",
            PeriodKind.HALF_YEAR: f"-H{self.last_month // 6}",
            PeriodKind.NINE_MONTHS: "-9M",
            PeriodKind.YEAR: "",
        }
        return f"{self.year}{suffix[self.kind]}"

    @property
    def label(self) -> str:
        """Vietnamese name: `Tháng 9/2024`, `Quý III/2024`, `6 tháng đầu năm 2024`, `9 tháng 2024`, `Năm 2024`."""
        if self.kind == PeriodKind.MONTH:
            return f"Tháng {self.last_month}/{self.year}"
        if self.kind == PeriodKind.QUARTER:
            return f"Quý {('I', 'II', 'III', 'IV')[self.last_month // 3 - 1]}/{self.year}"
        if self.kind == PeriodKind.HALF_YEAR:
            return f"6 tháng {'đầu' if self.last_month == 6 else 'cuối'} năm {self.year}"
        return f"9 tháng {self.year}" if self.kind == PeriodKind.NINE_MONTHS else f"Năm {self.year}"

    @property
    def start(self) -> datetime.date:
        """First day of the period."""
        first = datetime.date(self.year, self.last_month, 1) - relativedelta(months=MONTHS[self.kind] - 1)
        return first - relativedelta(months=1, day=15) if self.calendar == Calendar.STATUTORY else first

    @property
    def end(self) -> datetime.date:
        """Last day of the period, included."""
        last = datetime.date(self.year, self.last_month, 1)
        return last.replace(day=14) if self.calendar == Calendar.STATUTORY else last + relativedelta(day=31)

    @property
    def due(self) -> datetime.date:
        """Last day on which a unit hands in its return of the period: the day after it ends (TT 02/2023/TT-BTTTT asks
        units for the month's return by the 15th)."""
        return self.end + relativedelta(days=1)

    @property
    def dates(self) -> DateRange:
        """Its days as the database keeps them: half-open."""
        return DateRange(self.start, self.end + datetime.timedelta(days=1))

    def before(self) -> Period:
        """The period of its kind that ends where it starts (of nine months: the nine months of the year before)."""
        if self.kind == PeriodKind.NINE_MONTHS:
            return self.year_before()
        last = datetime.date(self.year, self.last_month, 1) - relativedelta(months=MONTHS[self.kind])
        return Period(self.kind, last.year, last.month, self.calendar)

    def months(self) -> list[Period]:
        """The months that make it up, in order."""
        last = datetime.date(self.year, self.last_month, 1)
        named = [last - relativedelta(months=back) for back in reversed(range(MONTHS[self.kind]))]
        return [Period(PeriodKind.MONTH, day.year, day.month, self.calendar) for day in named]

    def year_before(self) -> Period:
        """The same period a year before."""
        return Period(self.kind, self.year - 1, self.last_month, self.calendar)


# TT 02/2023/TT-BTTTT, for the unit that reports: the day for the longer periods. It lies before the period's end, so
# only an estimate ("ước") can be sent by then.
_ESTIMATE_DUE = {
    PeriodKind.QUARTER: lambda period: datetime.date(period.year, period.last_month, 6),
    PeriodKind.HALF_YEAR: lambda period: datetime.date(period.year, period.last_month, 6),
    PeriodKind.NINE_MONTHS: lambda period: datetime.date(period.year, 9, 6),
    PeriodKind.YEAR: lambda period: datetime.date(period.year, 11, 25),
}


def due_on(period: Period, *, estimate: bool = False) -> datetime.date:
    """The last day on which a commune's return of the period is on time: the day after the period's end (of a statutory
    month the 15th, as TT 02/2023/TT-BTTTT has it); of an estimate of a longer period the day that the circular sets.
    """
    if estimate and period.kind in _ESTIMATE_DUE:
        return _ESTIMATE_DUE[period.kind](period)
    return period.end + datetime.timedelta(days=1)


def latest_ended(today: datetime.date, calendar: str = Calendar.STATUTORY) -> Period:
    """The last month that is over: the one whose return is due."""
    return Period.month_of(today, calendar).before()


def half_month(day: datetime.date) -> datetime.date:
    """First day of the half-month that holds the day: the 1st or the 15th."""
    return day.replace(day=15 if day.day >= 15 else 1)
