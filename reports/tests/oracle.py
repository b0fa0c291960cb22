"""A naive second opinion: any amount computed from the rows of the facts, in plain Python, with no shared code.

It reads everything into lists and loops over days and rows. Slow, and meant to be obviously right; figures.md is its
source. `Oracle.sums` gives (amount, estimated, maybe, has data) for an area, element, span and basis.
"""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

from activities.models import Activity, ActivityValue, DataElement, Return, ReturnValue, Site
from areas.models import Area, AreaParent, AreaSuccession
from members.models import Attendance, Membership, Training
from teams.models import Team, TeamPlace

DAY = timedelta(days=1)
LONG_AGO, FAR = date(1900, 1, 1), date(2300, 1, 1)
COUNTED = ("submitted", "approved")
SITE_ELEMENTS = {
    "qr_site": ["qr_sites_registered"],
    "wifi_point": ["wifi_points_registered"],
    "cashless_market": ["cashless_markets"],
    "smart_village": ["smart_villages", "model_sites"],
    "digital_village": ["model_sites"],
    "three_no": ["model_sites"],
    "model": ["model_sites"],
}


def bounds(during):
    return during.lower or LONG_AGO, during.upper or FAR


class Oracle:
    def __init__(self, area_ids, today):
        self.today = today
        self.areas = {a["id"]: a for a in Area.objects.filter(id__in=area_ids).values("id", "level", "valid")}
        self.edges, self.heirs = defaultdict(list), defaultdict(list)
        for child, parent, during in AreaParent.objects.filter(child__in=area_ids).values_list(
            "child", "parent", "during"
        ):
            self.edges[child].append((*bounds(during), parent))
        for old, new, day, weight in AreaSuccession.objects.filter(predecessor__in=area_ids).values_list(
            "predecessor", "successor", "date", "weight"
        ):
            self.heirs[old].append((new, day, None if weight is None else Fraction(weight)))
        self.kinds = dict(DataElement.objects.values_list("code", "kind"))
        self.codes = dict(DataElement.objects.values_list("id", "code"))
        self.known_maps = {}
        self._load_facts(area_ids)
        self.posted = list(self._postings())

    # --- A1, A2: towards what an area counts on a day

    def map(self, area, day):
        if (area, day) not in self.known_maps:
            self.known_maps[area, day] = self._map(area, day)
        return self.known_maps[area, day]

    def _map(self, area, day):
        start, end = bounds(self.areas[area]["valid"])
        if day < start:
            return self.map(area, start)
        edges = sorted(self.edges[area])
        if day < end:
            above = [parent for since, until, parent in edges if since <= day < until]
            return {area: (Fraction(1), True), **(self.map(above[0], day) if above else {})}
        if not self.heirs[area]:
            return self.map(edges[-1][2], day) if edges else {}
        branches = [(weight, self.map(heir, day)) for heir, _, weight in self.heirs[area]]
        combined = {}
        for ancestor in {a for _, branch in branches for a in branch}:
            shares = [(weight, *branch.get(ancestor, (Fraction(0), True))) for weight, branch in branches]
            if len({share for _, share, _ in shares}) == 1:
                combined[ancestor] = (shares[0][1], all(exact for *_, exact in shares))
            elif all(weight is not None and share is not None for weight, share, _ in shares):
                combined[ancestor] = (sum(weight * share for weight, share, _ in shares), False)
            else:
                combined[ancestor] = (None, False)
        return {a: known for a, known in combined.items() if known[0] != 0}

    # --- what the facts post

    def _load_facts(self, ids):
        self.places = [
            (p["team"], p["area"], *bounds(p["during"]))
            for p in TeamPlace.objects.filter(area__in=ids).values("team", "area", "during")
        ]
        teams = {t for t, *_ in self.places}
        self.teams = {
            t["id"]: t
            for t in Team.objects.filter(id__in=teams).values(
                "id", "level", "planned", "established", "counted_from", "launched", "dissolved"
            )
        }
        for t in self.teams.values():
            t["from"] = t["established"] or t["counted_from"]
        self.memberships = list(Membership.objects.filter(team__in=teams).values())
        self.trainings = list(Training.objects.filter(area__in=ids).values())
        self.attendances = list(Attendance.objects.filter(team__in=teams).values("member", "team", "training"))
        self.activities = list(Activity.objects.filter(area__in=ids, status__in=COUNTED).values())
        self.values = list(
            ActivityValue.objects.filter(activity__in=[a["id"] for a in self.activities]).values_list(
                "activity", "element", "value"
            )
        )
        self.returns = list(Return.objects.filter(area__in=ids, status__in=COUNTED).values())
        self.return_values = list(
            ReturnValue.objects.filter(report__in=[r["id"] for r in self.returns]).values_list(
                "report", "element", "value"
            )
        )
        self.sites = list(Site.objects.filter(area__in=ids).values("area", "kind", "since", "until"))

    def _held(self, area, code, start, end):
        """+1 and -1; nothing where it never held. Calendar 0 is both."""
        if start is not None and start < (end or FAR):
            yield area, code, 0, start, Fraction(1)
            if end is not None and end < FAR:
                yield area, code, 0, end, Fraction(-1)

    def _postings(self):
        yield from self._of_areas()
        yield from self._of_teams()
        yield from self._of_trainings()
        yield from self._of_log()
        yield from self._of_returns()
        for site in self.sites:
            for code in SITE_ELEMENTS[site["kind"]]:
                yield from self._held(site["area"], code, site["since"], site["until"])

    def _of_areas(self):
        for area, row in self.areas.items():
            if row["level"] in (3, 4):
                start, end = bounds(row["valid"])
                yield from self._held(area, "villages" if row["level"] == 4 else "communes", start, end)

    def _of_teams(self):
        covered = defaultdict(set)
        for team, area, since, until in self.places:
            t = self.teams[team]
            end = min(t["dissolved"] or FAR, until)
            level = {4: "village_teams", 3: "commune_teams", 2: "district_teams"}.get(t["level"])
            if t["from"]:
                start = max(t["from"], since)
                for code in ["active_teams", level] if level else ["active_teams"]:
                    yield from self._held(area, code, start, end)
                for m in self.memberships:
                    if m["team_id"] == team:
                        begin = max(m["joined"] or t["from"], t["from"], since)
                        stop = min(m["left"] or FAR, end)
                        yield from self._held(area, "memberships", begin, stop)
                        if m["source_body"] == "youth_union":
                            yield from self._held(area, "youth_memberships", begin, stop)
                if t["level"] == 4 and self.areas[area]["level"] == 4:
                    born, died = bounds(self.areas[area]["valid"])
                    covered[area].add((max(start, born), min(end, died)))
                if t["launched"]:
                    yield from self._held(area, "teams_launched", max(t["launched"], since), end)
            known = min(d for d in (t["planned"], t["from"]) if d)
            yield from self._held(area, "teams_known", max(known, since), end)
        for area, times in covered.items():
            edges = sorted({d for s, e in times if s < e for d in (s, e)})
            before = False
            for edge in edges:  # covered from this edge on?
                now = any(s <= edge < e for s, e in times)
                if now != before and edge < FAR:
                    yield area, "villages_covered", 0, edge, Fraction(1 if now else -1)
                before = now

    def place(self, team, day):
        return next((area for t, area, since, until in self.places if t == team and since <= day < until), None)

    def _of_trainings(self):
        held = {c["id"]: c for c in self.trainings if c["status"] == "held"}
        first, first_team = {}, {}
        for a in sorted(self.attendances, key=lambda a: a["training"]):
            c = held.get(a["training"])
            if c is None:
                continue
            if a["member"] not in first or (c["date"], c["id"]) < first[a["member"]][:2]:
                first[a["member"]] = (c["date"], c["id"], a["team"])
            if c["format"] != "online":
                first_team[a["team"]] = min(first_team.get(a["team"], FAR), c["date"])
        for c in self.trainings:
            if c["status"] != "cancelled":
                yield c["area_id"], "classes_known", 0, c["date"], Fraction(1)
        for c in held.values():
            for code in ("classes_held", "classes_held_total"):
                yield c["area_id"], code, 0, c["date"], Fraction(1)
            codes = ["training_attendances", "training_attendances_total"]
            codes += ["officials_trained"] if c["audience"] == "officials" else []
            listed = [a for a in self.attendances if a["training"] == c["id"]]
            for code in codes:
                for a in listed:
                    area = self.place(a["team"], c["date"])
                    if area is not None:
                        yield area, code, 0, c["date"], Fraction(1)
                if c["head_count"] is not None and c["head_count"] != len(listed):
                    yield c["area_id"], code, 0, c["date"], Fraction(c["head_count"] - len(listed))
        for day, _, team in first.values():
            area = self.place(team, day)
            if area is not None:
                yield area, "members_trained", 0, day, Fraction(1)
        for team, day in first_team.items():
            for t, area, since, until in self.places:
                row = self.teams[t]
                if t == team and row["from"]:
                    start = max(day, row["from"], since)
                    yield from self._held(area, "teams_trained_in_person", start, min(row["dissolved"] or FAR, until))

    def _of_log(self):
        by_id = {a["id"]: a for a in self.activities}
        for a in self.activities:
            yield a["area_id"], "activities_logged", 0, a["date"], Fraction(1)
            yield a["area_id"], "people_reached", 0, a["date"], Fraction(a["reached"])
            if a["households"] is not None:
                yield a["area_id"], "households_reached", 0, a["date"], Fraction(a["households"])
        for activity, element, value in self.values:
            a = by_id[activity]
            yield a["area_id"], self.codes[element], 0, a["date"], Fraction(value)

    def _of_returns(self):
        best = {}
        reports = {r["id"]: r for r in self.returns}
        for report, element, value in self.return_values:
            r = reports[report]
            day = min(r["period"].upper, bounds(self.areas[r["area_id"]]["valid"])[1]) - DAY
            key = (r["area_id"], self.codes[element], day)
            if key not in best or best[key][0]["estimate"]:  # the final one wins
                if key in best and r["estimate"]:
                    continue
                best[key] = (r, Fraction(value))
        for (area, code, day), (r, value) in best.items():
            if self.kinds[code] == "flow":
                yield area, code, 2 if r["calendar"] == "civil" else 1, day, value
                continue
            yield area, code, 0, day, value
            ends = [d for a, c, d in best if c == code and a == area and d > day]
            for heir, since in self._line(area):
                ends += [d for a, c, d in best if c == code and a == heir and d >= since and d > day]
            if ends:
                yield area, code, 0, min(ends), -value
        sent = {(r["area_id"], r["calendar"], r["period"].lower, r["period"].upper): r for r in self.returns}
        for (area, calendar, _, upper), _r in sent.items():
            day = min(upper, bounds(self.areas[area]["valid"])[1]) - DAY
            yield area, "returns_submitted", 2 if calendar == "civil" else 1, day, Fraction(1)

    def _line(self, area):
        """Transitive successors with the day from which they stand for the area."""
        todo, seen = [area], set()
        while todo:
            for heir, since, _ in self.heirs[todo.pop()]:
                if (heir, since) not in seen:
                    seen.add((heir, since))
                    todo.append(heir)
        return seen

    # --- values

    def sums(self, area, code, start, end, *, today_basis, calendar):
        """(amount, estimated, maybe, has data) of an additive element over start..end, both included."""
        stock = self.kinds[code] == "stock"
        amount = estimated = maybe = Fraction(0)
        data = False
        for where, what, scope, day, value in self.posted:
            if what != code or day > end or (not stock and day < start) or scope not in (0, calendar):
                continue
            under = self.map(where, self.today if today_basis else end if stock else day)
            if area in under:
                share, exact = under[area]
                data = True
                amount += value * (share or 0)
                estimated += 0 if exact else value * (share or 0)
                maybe += value if share is None else 0
        return amount, estimated, maybe, data

    def distinct(self, area, code, start, end, *, today_basis):
        """(amount, estimated, maybe) of a count that is not additive."""
        day = self.today if today_basis else end
        items = {}
        if code in ("communes_covered", "communes_trained"):
            element = {"communes_covered": "active_teams", "communes_trained": "members_trained"}[code]
            for commune, row in self.areas.items():
                since, until = bounds(row["valid"])
                if row["level"] == 3 and since <= end < until and area in self.map(commune, day):
                    share, exact = self.map(commune, day)[area]
                    known, _, maybe, _ = self.sums(commune, element, start, end, today_basis=False, calendar=1)
                    if known > 0:
                        items[commune] = (share, exact)
                    elif maybe > 0:
                        items[commune] = (None, False)
        else:
            for item, where in self._items(code, start, end):
                if area in self.map(where, day):
                    share, exact = self.map(where, day)[area]
                    old = items.get(item, (None, False))
                    if share is not None and (old[0] is None or share > old[0]):
                        items[item] = (share, exact)
                    items.setdefault(item, (share, exact))
        return (
            sum((s for s, _ in items.values() if s is not None), Fraction(0)),
            sum((s for s, exact in items.values() if s is not None and not exact), Fraction(0)),
            sum(1 for s, _ in items.values() if s is None),
        )

    def _items(self, code, start, end):
        standing = {
            t["id"]: self.place(t["id"], end)
            for t in self.teams.values()
            if t["from"] and t["from"] <= end and (t["dissolved"] is None or t["dissolved"] > end)
        }
        if code == "teams_with_activity":
            busy = {a["team_id"] for a in self.activities if start <= a["date"] <= end}
            yield from ((t, area) for t, area in standing.items() if t in busy and area is not None)
            return
        trained = {
            a["member"]
            for a in self.attendances
            for c in self.trainings
            if c["id"] == a["training"] and c["status"] == "held" and c["date"] <= end
        }
        for m in self.memberships:
            area = standing.get(m["team_id"])
            if area is None or (code == "active_members_trained" and m["member_id"] not in trained):
                continue
            began = max(m["joined"] or LONG_AGO, self.teams[m["team_id"]]["from"])
            if began <= end and (m["left"] is None or m["left"] > end):
                yield m["member_id"], area
