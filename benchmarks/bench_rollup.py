"""The roll-up: one saved log, ten thousand at once, everything from nothing.

The floor is a hand-written statement that adds the same differences to the same cells, without any memory of what was
posted, any look at the facts, or any care for the tree.
"""

from __future__ import annotations

from ground import portal, seconds, tell

ADD_BY_HAND = """
    INSERT INTO reports_cell AS c (area_id, basis, element_id, calendar, half, amount, estimated, maybe, postings,
                                   provisional, over, under, about, forecast)
    SELECT m.ancestor_id, b.basis, e.id, 0,
           date_trunc('month', a.date)::date + CASE WHEN extract(day FROM a.date) >= 15 THEN 14 ELSE 0 END AS half,
           sum(x.amount), 0, 0, count(*), 0, 0, 0, 0, 0
    FROM activities_activity a
    CROSS JOIN LATERAL (VALUES ('activities_logged', 1::numeric), ('people_reached', a.reached)) x(code, amount)
    JOIN activities_dataelement e ON e.code = x.code
    CROSS JOIN (VALUES (0), (1)) b(basis)
    JOIN reports_appliedmap m ON m.area_id = a.area_id
     AND m.during @> CASE b.basis WHEN 1 THEN CURRENT_DATE ELSE a.date END
    JOIN areas_area n ON n.id = m.ancestor_id AND n.level <= 3
    WHERE a.id = ANY(%s)
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (area_id, basis, element_id, calendar, half)
    DO UPDATE SET amount = c.amount + EXCLUDED.amount, postings = c.postings + EXCLUDED.postings
"""


def main() -> None:
    from django.db import connection, transaction

    from activities.models import Activity
    from reports import check, rollup
    from teams.models import TeamPlace

    rollup.fold_all()
    places = list(TeamPlace.objects.values_list("team_id", "area_id"))

    def log(count: int) -> list[int]:
        made = Activity.objects.bulk_create(
            Activity(team_id=t, area_id=a, date="2026-09-03", kind="guidance", reached=3, status="approved")
            for t, a in (places[i % len(places)] for i in range(count))
        )
        return [one.pk for one in made]

    def by_hand(ids: list[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(ADD_BY_HAND, [ids])

    def together(count: int, times: int) -> tuple[float, float]:
        folds, floors = [], []
        for _ in range(times):
            with transaction.atomic():
                ids = log(count)
                floors.append(seconds(lambda ids=ids: by_hand(ids)))
                transaction.set_rollback(True)
            log(count)
            folds.append(seconds(rollup.fold))
        return sorted(folds)[times // 2], sorted(floors)[times // 2]

    tell("one log folded into all its cells, both bases", *together(1, 100))
    tell("10,000 logs folded", *together(10_000, 3))
    tell("roll_up --rebuild of everything", seconds(rollup.rebuild, times=3))
    tell("roll_up --check of everything", seconds(check.check))


if __name__ == "__main__":
    with portal(demo=True):
        main()
