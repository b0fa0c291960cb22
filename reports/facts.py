"""The rows that a number is made of: for each element a SELECT of the facts that it counts in a period.

`reports.sources` says what each fact posts on which day; here the same rules name the facts that stand at the period's
end, or fell into it, so that a reader finds each of them. Both give the same sum; `why` compares them on every page.

A SELECT gives (kind, item, area_id, day, amount): what the fact is, its id, where and when it counts, and how much.
Parameters: `start`, `until` (the day after the period), `calendar`, `element` (id), `area`, `dues` (month ends).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from activities.models import DataElement
from activities.periods import Period
from areas.models import Area
from reports.amounts import Span
from reports.models import Basis
from reports.sources import MEMBERSHIP_END, MEMBERSHIP_START

PER_PAGE = 50

_COUNTED = "('submitted', 'approved')"
_SCOPE = "SELECT area_id FROM reports_appliedmap WHERE ancestor_id = %(area)s"


@dataclass(frozen=True)
class Facts:
    """`sql`: the SELECT; `standing`: it speaks of the period's last day (a stock), else of the days in it; `once`: an
    item that counts in several places counts once; `counted`: in words, what counts and what does not.
    """

    sql: str
    standing: bool
    counted: str
    once: bool = False


# --- teams and people -------------------------------------------------------------------------------------------------


def _teams(first: str, condition: str = "true") -> str:
    return f"""
    SELECT 'team' AS kind, t.id AS item, p.area_id, {first} AS day, 1::numeric AS amount
    FROM teams_teamplace p JOIN teams_team t ON t.id = p.team_id
    WHERE p.during @> (%(until)s::date - 1) AND {first} < %(until)s
      AND (t.dissolved IS NULL OR t.dissolved >= %(until)s) AND {condition}
    """


_MEMBERSHIPS = f"""
    SELECT 'membership' AS kind, m.id AS item, p.area_id, {MEMBERSHIP_START} AS day, 1::numeric AS amount, m.member_id
    FROM teams_teamplace p JOIN teams_team t ON t.id = p.team_id JOIN members_membership m ON m.team_id = t.id
    WHERE p.during @> (%(until)s::date - 1) AND t.active_from IS NOT NULL
      AND {MEMBERSHIP_START} < %(until)s AND ({MEMBERSHIP_END} IS NULL OR {MEMBERSHIP_END} >= %(until)s)
"""
_PLAIN = "kind, item, area_id, day, amount"

# A person counts where their team stands on the last day.
_PEOPLE = f"""
    SELECT 'member' AS kind, o.member_id AS item, o.area_id, o.day, o.amount FROM ({_MEMBERSHIPS}) o
"""

_ATTENDED = """
    EXISTS (SELECT FROM members_attendance a JOIN members_training c ON c.id = a.training_id
            WHERE a.{column} = {of} AND c.status = 'held' AND c.date < %(until)s{extra})
"""

_UNITS = """
    SELECT 'area' AS kind, a.id AS item, a.id AS area_id, lower(a.valid) AS day, 1::numeric AS amount
    FROM areas_area a WHERE a.level = {level} AND a.valid @> (%(until)s::date - 1)
"""

_VILLAGES_COVERED = f"""
    {_UNITS.format(level=4)} AND EXISTS (
        SELECT FROM teams_teamplace p JOIN teams_team t ON t.id = p.team_id
        WHERE p.area_id = a.id AND p.during @> (%(until)s::date - 1) AND t.level = 4 AND t.active_from < %(until)s
          AND (t.dissolved IS NULL OR t.dissolved >= %(until)s))
"""


def _communes_with(element: str) -> str:
    return f"""
    {_UNITS.format(level=3)} AND (
        SELECT sum(c.amount) FROM reports_cell c
        WHERE c.area_id = a.id AND c.basis = 0 AND c.half < %(until)s
          AND c.element_id = (SELECT id FROM activities_dataelement WHERE code = '{element}')) > 0
    """


# --- trainings --------------------------------------------------------------------------------------------------------

_IN_PERIOD = "c.date >= %(start)s AND c.date < %(until)s"
_SO_FAR = "c.date < %(until)s"


def _classes(condition: str, when: str) -> str:
    return f"""
    SELECT 'training' AS kind, c.id AS item, c.area_id, c.date AS day, 1::numeric AS amount
    FROM members_training c WHERE {condition} AND {when}
    """


def _attendances(when: str, condition: str = "true") -> str:
    """Listed people where their team stood that day, and what the head-count has beyond the list at the class's own."""
    return f"""
    SELECT 'attendance' AS kind, a.id AS item, p.area_id, c.date AS day, 1::numeric AS amount
    FROM members_attendance a JOIN members_training c ON c.id = a.training_id
    JOIN teams_teamplace p ON p.team_id = a.team_id AND p.during @> c.date
    WHERE c.status = 'held' AND {when} AND {condition}
    UNION ALL
    SELECT 'training', r.id, r.area_id, r.date, r.rest
    FROM (
        SELECT c.id, c.area_id, c.date,
               c.head_count - (SELECT count(*) FROM members_attendance a WHERE a.training_id = c.id)::numeric AS rest
        FROM members_training c
        WHERE c.status = 'held' AND c.head_count IS NOT NULL AND {when} AND {condition}
    ) r WHERE r.rest <> 0
    """


_MEMBERS_TRAINED = """
    SELECT 'attendance' AS kind, f.id AS item, p.area_id, f.date AS day, 1::numeric AS amount
    FROM (
        SELECT DISTINCT ON (a.member_id) a.id, a.team_id, c.date
        FROM members_attendance a JOIN members_training c ON c.id = a.training_id
        WHERE c.status = 'held' ORDER BY a.member_id, c.date, c.id
    ) f
    JOIN teams_teamplace p ON p.team_id = f.team_id AND p.during @> f.date
    WHERE f.date < %(until)s
"""


def _sites(*kinds: str) -> str:
    named = ", ".join(f"'{kind}'" for kind in kinds)
    return f"""
    SELECT 'site' AS kind, i.id AS item, i.area_id, i.since AS day, 1::numeric AS amount
    FROM activities_site i
    WHERE i.kind IN ({named}) AND i.since < %(until)s AND (i.until IS NULL OR i.until >= %(until)s)
    """


# --- the log ----------------------------------------------------------------------------------------------------------

_LOGS = f"""
    FROM activities_activity a {{join}}
    WHERE a.status IN {_COUNTED} AND a.date >= %(start)s AND a.date < %(until)s
"""


def _logs(amount: str, join: str = "") -> str:
    return f"""
    SELECT 'activity' AS kind, a.id AS item, a.area_id, a.date AS day, {amount}::numeric AS amount
    {_LOGS.format(join=join)} AND {amount} IS NOT NULL
    """


_LOG_VALUES = _logs("v.value", "JOIN activities_activityvalue v ON v.activity_id = a.id AND v.element_id = %(element)s")

_TEAMS_WITH_ACTIVITY = _teams(
    "t.active_from",
    f"EXISTS (SELECT {_LOGS.format(join='')} AND a.team_id = t.id)",
)

# --- returns (F2, F3, F4, F9) -----------------------------------------------------------------------------------------

_DAY = "LEAST(upper(r.period), upper(u.valid)) - 1"

# One value per (area, element, day): final over estimate, then the latest.
_VALUES = f"""
    SELECT DISTINCT ON (r.area_id, {_DAY}) v.id, r.area_id, {_DAY} AS day, v.value
    FROM activities_return r
    JOIN areas_area u ON u.id = r.area_id
    JOIN activities_returnvalue v ON v.report_id = r.id AND v.element_id = %(element)s
    WHERE r.status IN {_COUNTED} AND r.area_id IN ({{scope}})
    ORDER BY r.area_id, {_DAY}, r.estimate, r.submitted_at DESC NULLS LAST, r.id DESC
"""

_RETURN_FLOWS = f"""
    SELECT 'value' AS kind, v.id AS item, v.area_id, v.day, v.value AS amount
    FROM ({_VALUES.format(scope=_SCOPE)}) v
    JOIN activities_returnvalue w ON w.id = v.id JOIN activities_return r ON r.id = w.report_id
    WHERE v.day >= %(start)s AND v.day < %(until)s AND r.calendar = %(calendar)s
"""

# A running total stands until the area's own next value, or the first that a successor gives from the succession on.
_RETURN_LEVELS = f"""
    SELECT 'value' AS kind, h.id AS item, h.area_id, h.day, h.value AS amount
    FROM (
        WITH RECURSIVE line AS (
            SELECT area_id, area_id AS heir, NULL::date AS since FROM ({_SCOPE}) s
            UNION
            SELECT l.area_id, n.successor_id, n.date
            FROM line l JOIN areas_areasuccession n ON n.predecessor_id = l.heir
        ), level AS MATERIALIZED ({_VALUES.format(scope="SELECT heir FROM line")}
        ), first_of_heirs AS (
            SELECT l.area_id, min(n.day) AS day FROM line l JOIN level n ON n.area_id = l.heir AND n.day >= l.since
            GROUP BY l.area_id
        )
        SELECT o.*, LEAST(lead(o.day) OVER (PARTITION BY o.area_id ORDER BY o.day), f.day) AS ended
        FROM level o LEFT JOIN first_of_heirs f ON f.area_id = o.area_id
        WHERE o.area_id IN ({_SCOPE})
    ) h
    WHERE h.day < %(until)s AND (h.ended IS NULL OR h.ended >= %(until)s)
"""

_MONTHS = """
    CASE r.kind WHEN 'year' THEN 12 WHEN 'nine_months' THEN 9 WHEN 'half_year' THEN 6 WHEN 'quarter' THEN 3 ELSE 1 END
"""


def _returns(condition: str, amount: str) -> str:
    return f"""
    SELECT 'return' AS kind, f.id AS item, f.area_id, f.day, {amount}::numeric AS amount
    FROM (
        SELECT DISTINCT ON (r.area_id, r.calendar, r.period) r.id, r.area_id, {_DAY} AS day, {_MONTHS} AS months,
               (r.submitted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date <= r.due AS on_time
        FROM activities_return r JOIN areas_area u ON u.id = r.area_id
        WHERE r.status IN {_COUNTED} AND r.calendar = %(calendar)s
        ORDER BY r.area_id, r.calendar, r.period, r.submitted_at NULLS LAST, r.id
    ) f
    WHERE f.day >= %(start)s AND f.day < %(until)s AND {condition}
    """


_RETURNS_DUE = """
    SELECT 'area' AS kind, a.id AS item, a.id AS area_id, d.day, 1::numeric AS amount
    FROM unnest(%(dues)s::date[]) d(day) JOIN areas_area a ON a.level = 3 AND a.valid @> d.day
"""

_STANDING_TEAM = "Tổ đang hoạt động vào ngày cuối kỳ: đã thành lập, chưa giải thể. Không tính tổ mới dự kiến."
_STANDING_PLACE = "Đơn vị tồn tại vào ngày cuối kỳ."
_SUBMITTED = "Tính bản đã gửi và đã duyệt. Không tính bản đang nhập, bị trả lại, đã hủy."
_CLASS = "Tính lớp đã tổ chức. Số lượt là số đếm của lớp; người có tên trong danh sách tính ở nơi tổ của họ đứng."

REGISTRY = {
    "active_teams": Facts(_teams("t.active_from"), True, _STANDING_TEAM),
    "village_teams": Facts(_teams("t.active_from", "t.level = 4"), True, _STANDING_TEAM),
    "commune_teams": Facts(_teams("t.active_from", "t.level = 3"), True, _STANDING_TEAM),
    "district_teams": Facts(_teams("t.active_from", "t.level = 2"), True, _STANDING_TEAM),
    "teams_known": Facts(_teams("t.known_from"), True, "Tổ chưa giải thể, kể cả tổ mới dự kiến."),
    "teams_launched": Facts(_teams("t.launched"), True, "Tổ đã ra mắt, chưa giải thể vào ngày cuối kỳ."),
    "memberships": Facts(
        f"SELECT {_PLAIN} FROM ({_MEMBERSHIPS}) o", True, "Người đang ở trong tổ; ở hai tổ tính hai lượt."
    ),
    "youth_memberships": Facts(
        f"SELECT {_PLAIN} FROM ({_MEMBERSHIPS} AND m.source_body = 'youth_union') o",
        True,
        "Thành viên do Đoàn Thanh niên cử, đang ở trong tổ.",
    ),
    "active_members": Facts(_PEOPLE, True, "Người đang ở trong tổ; ở hai tổ vẫn tính một người.", once=True),
    "active_members_trained": Facts(
        f"SELECT * FROM ({_PEOPLE}) o WHERE {_ATTENDED.format(column='member_id', of='o.item', extra='')}",
        True,
        "Thành viên đang ở trong tổ, có tên trong danh sách ít nhất một lớp đã tổ chức.",
        once=True,
    ),
    "villages": Facts(_UNITS.format(level=4), True, _STANDING_PLACE),
    "villages_covered": Facts(_VILLAGES_COVERED, True, "Thôn có tổ cấp thôn đang hoạt động vào ngày cuối kỳ."),
    "communes": Facts(_UNITS.format(level=3), True, _STANDING_PLACE),
    "communes_covered": Facts(_communes_with("active_teams"), True, "Xã có ít nhất một tổ, cấp nào cũng tính."),
    "communes_trained": Facts(_communes_with("members_trained"), True, "Xã có ít nhất một người đã tập huấn."),
    "teams_with_activity": Facts(
        _TEAMS_WITH_ACTIVITY, True, "Tổ đang hoạt động, có ít nhất một việc đã gửi hoặc đã duyệt trong kỳ."
    ),
    "returns_due": Facts(
        _RETURNS_DUE, False, "Mỗi xã một báo cáo mỗi tháng đã đến hạn; tháng qua ngày sắp xếp do xã cuối tháng nộp."
    ),
    "returns_submitted": Facts(_returns("true", "f.months"), False, _SUBMITTED),
    "returns_on_time": Facts(
        _returns("f.on_time IS NOT NULL", "CASE WHEN f.on_time THEN f.months ELSE 0 END"),
        False,
        "Báo cáo gửi trước hoặc trong ngày hạn. Báo cáo không rõ lúc gửi thì không tính.",
    ),
    "classes_held": Facts(_classes("c.status = 'held'", _IN_PERIOD), False, "Lớp đã tổ chức trong kỳ."),
    "classes_held_total": Facts(_classes("c.status = 'held'", _SO_FAR), True, "Lớp đã tổ chức từ trước đến cuối kỳ."),
    "classes_known": Facts(
        _classes("c.status <> 'cancelled'", _IN_PERIOD), False, "Lớp đã tổ chức hoặc còn trong kế hoạch của kỳ."
    ),
    "training_attendances": Facts(_attendances(_IN_PERIOD), False, _CLASS),
    "training_attendances_total": Facts(_attendances(_SO_FAR), True, _CLASS),
    "officials_trained": Facts(_attendances(_IN_PERIOD, "c.audience = 'officials'"), False, _CLASS),
    "members_trained": Facts(
        _MEMBERS_TRAINED,
        True,
        "Người có tên trong danh sách một lớp đã tổ chức, tính một lần, từ "
        "lớp đầu tiên. Lớp chỉ có tổng số thì không biết là ai, nên không tính.",
    ),
    "teams_trained_in_person": Facts(
        _teams(
            "t.active_from",
            _ATTENDED.format(column="team_id", of="t.id", extra=" AND c.format <> 'online'"),
        ),
        True,
        "Tổ đang hoạt động có người đã dự ít nhất một lớp trực tiếp hoặc kết hợp.",
    ),
    "qr_sites_registered": Facts(_sites("qr_site"), True, "Điểm đã lập hồ sơ, còn hoạt động vào ngày cuối kỳ."),
    "wifi_points_registered": Facts(_sites("wifi_point"), True, "Điểm đã lập hồ sơ, còn hoạt động vào ngày cuối kỳ."),
    "cashless_markets": Facts(_sites("cashless_market"), True, "Chợ còn hoạt động vào ngày cuối kỳ."),
    "smart_villages": Facts(_sites("smart_village"), True, "Thôn đã được công nhận, tính vào ngày cuối kỳ."),
    "model_sites": Facts(
        _sites("smart_village", "digital_village", "three_no", "model"), True, "Điểm còn hoạt động vào ngày cuối kỳ."
    ),
    "activities_logged": Facts(_logs("1"), False, _SUBMITTED),
    "people_reached": Facts(_logs("a.reached"), False, _SUBMITTED),
    "households_reached": Facts(_logs("a.households"), False, _SUBMITTED),
}


def facts_of(element: DataElement) -> Facts:
    """What a number of the element is made of. One that an admin adds is entered in logs or returns like the others."""
    if element.code in REGISTRY:
        return REGISTRY[element.code]
    if element.source == DataElement.Source.LOG:
        return Facts(_LOG_VALUES, False, _SUBMITTED)
    if element.kind == DataElement.Kind.FLOW:
        return Facts(_RETURN_FLOWS, False, _SUBMITTED)
    return Facts(
        _RETURN_LEVELS,
        True,
        f"{_SUBMITTED} Số lũy kế của một xã giữ đến khi xã, hoặc xã kế thừa, báo cáo số mới.",
    )


@dataclass(frozen=True)
class Fact:
    """`share`: the part of it that counts towards the area, None where nobody knows; `place`: where it happened, with
    the units above it on the day that counts ("Thôn 1, Xã Định Hòa").
    """

    kind: str
    item: int
    area_id: int
    day: datetime.date | None
    amount: Decimal
    share: Decimal | None
    place: str


@dataclass(frozen=True)
class FactPage:
    """A page of rows, the latest first. Of all of them `rows` are how many, `total` the sum over known shares, and
    `unknown` how many have a share that nobody knows.
    """

    facts: list[Fact]
    rows: int
    total: Decimal
    unknown: int
    offset: int

    @property
    def next_offset(self) -> int | None:
        return self.offset + PER_PAGE if self.offset + PER_PAGE < self.rows else None

    @property
    def previous_offset(self) -> int | None:
        return max(self.offset - PER_PAGE, 0) if self.offset else None


def page(
    element: DataElement, area: Area, period: Period, *, basis: Basis, today: datetime.date, offset: int = 0
) -> FactPage:
    """The facts that a number of the element is made of, 50 from `offset`, in one statement."""
    found = facts_of(element)
    span = Span.of(period, today=today)
    day = "%(today)s::date" if basis == Basis.TODAY else "%(until)s::date - 1" if found.standing else "f.day"
    rows = f"""
        SELECT f.kind, f.item, f.area_id, f.day, f.amount, m.share
        FROM ({found.sql}) f
        JOIN reports_appliedmap m ON m.area_id = f.area_id AND m.ancestor_id = %(area)s AND m.during @> ({day})
    """
    if found.once:
        rows = f"""
            SELECT kind, item, min(area_id) AS area_id, min(day) AS day, 1::numeric AS amount, max(share) AS share
            FROM ({rows}) r GROUP BY kind, item
        """
    sql = f"""
        WITH shown AS (
            SELECT kind, item, area_id, day, amount, share, count(*) OVER () AS rows,
                   COALESCE(sum(amount * share) OVER (), 0) AS total,
                   count(*) FILTER (WHERE share IS NULL) OVER () AS unknown
            FROM ({rows}) r ORDER BY day DESC NULLS LAST, item DESC LIMIT {PER_PAGE} OFFSET %(offset)s
        )
        SELECT s.kind, s.item, s.area_id, s.day, s.amount, s.share, (
                   SELECT string_agg(u.name, ', ' ORDER BY u.level DESC, u.sort_key)
                   FROM (SELECT s.area_id AS id UNION SELECT ancestor_id FROM reports_appliedmap m
                         WHERE m.area_id = s.area_id AND m.during @> %(seen)s::date) x
                   JOIN areas_area u ON u.id = x.id AND u.level > GREATEST(%(level)s, 1)
               ), s.rows, s.total, s.unknown
        FROM shown s ORDER BY s.day DESC NULLS LAST, s.item DESC
    """
    params: dict[str, Any] = {
        "start": span.start,
        "until": span.until,
        "calendar": str(period.calendar),
        "element": element.pk,
        "area": area.pk,
        "dues": list(span.dues),
        "today": today,
        "offset": offset,
        "seen": today if basis == Basis.TODAY else min(period.end, today),
        "level": int(area.level),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        got = cursor.fetchall()
    rows_all, total, unknown = got[0][7:] if got else (0, Decimal(0), 0)
    return FactPage([Fact(*row[:7]) for row in got], rows_all, total, unknown, offset)


def elements(terms: Sequence) -> list[DataElement]:
    """The elements of an indicator's terms, each once, numerator first."""
    return list({t.element.code: t.element for t in sorted(terms, key=lambda t: t.part == "den")}.values())
