"""Random histories: a small country of its own in which teams, people, logs, returns and boundaries change."""

from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from activities.models import Activity, ActivityValue, DataElement, Return, ReturnValue, Site
from activities.periods import Period
from areas import ancestry
from areas.models import Area, AreaParent, AreaSuccession, Level
from members.models import Attendance, Member, Membership, Training
from teams.models import Team, TeamPlace

FIRST, LAST = date(2024, 6, 1), date(2026, 12, 31)
TURNS = (date(2025, 7, 1), date(2026, 3, 10), date(2026, 9, 15), date(2027, 1, 5))
WEIGHTS = (("0.5", "0.5"), ("0.25", "0.75"), ("0.3", "0.7"), (None, None))


class World:
    """Two provinces, their districts, communes and villages under a country of their own; then what `rng` does."""

    def __init__(self, rng):
        self.rng = rng
        self.serial = 0
        self.turn = 0
        self.elements = list(DataElement.objects.filter(source="return", code__in=["personal_signatures", "qr_sites"]))
        self.counted = list(DataElement.objects.filter(code__in=["vneid_assists", "signatures_assisted"]))
        self.ids = []
        country = self.area(Level.COUNTRY, None)
        for _ in range(2):
            province = self.area(Level.PROVINCE, country)
            for _ in range(2):
                district = self.area(Level.DISTRICT, province)
                for _ in range(rng.choice((1, 2))):
                    commune = self.area(Level.COMMUNE, district)
                    for _ in range(2):
                        self.area(Level.VILLAGE, commune)
        ancestry.rebuild(self.ids)

    def area(self, level, parent, since=None):
        self.serial += 1
        made = Area.objects.create(
            level=level, code=f"ZZ{self.serial}", kind="thử", name=f"Nơi {self.serial}", valid=DateRange(since, None)
        )
        if parent is not None:
            AreaParent.objects.create(child=made, parent=parent, during=DateRange(since, None))
        self.ids.append(made.id)
        return made

    def living(self, level):
        return [a for a in Area.objects.filter(id__in=self.ids, level=level) if a.valid.upper is None]

    def day(self, first=FIRST, last=LAST):
        return first + timedelta(days=self.rng.randrange((last - first).days + 1))

    def some(self, rows):
        """One of the rows, or none where there is none."""
        rows = list(rows.order_by("id"))
        return [self.rng.choice(rows)] if rows else []

    def step(self):
        """One thing happens."""
        self.rng.choice(
            (self.found, self.found, self.end_team, self.move_team, self.join, self.join, self.leave, self.train,
             self.train, self.change_training, self.log, self.log, self.log, self.void, self.send, self.send, self.send,
             self.give_back, self.build, self.reorganise, self.reorganise)
        )()  # fmt: skip

    # --- facts

    def found(self):
        level = self.rng.choice((Level.VILLAGE, Level.VILLAGE, Level.VILLAGE, Level.COMMUNE, Level.DISTRICT))
        places = list(Area.objects.filter(id__in=self.ids, level=level))
        first = self.day()
        how = self.rng.choice(("established", "counted_from", "planned"))
        launched = first + timedelta(days=20) if how == "established" and self.rng.random() < 0.5 else None
        team = Team.objects.create(name="Tổ", level=level, launched=launched, **{how: first})
        TeamPlace.objects.create(team=team, area=self.rng.choice(places))

    def teams(self):
        return list(Team.objects.filter(places__area__in=self.ids).distinct().order_by("id"))

    def team(self):
        if not self.teams():
            self.found()
        return self.rng.choice(self.teams())

    def end_team(self):
        team = self.team()
        team.dissolved = None if team.dissolved else max(filter(None, (team.active_from, team.launched, self.day())))
        team.save()

    def move_team(self):
        team = self.team()
        last = team.places.order_by("-during").first()
        day = self.day()
        if last.during.lower is None or last.during.lower < day:
            there = Area.objects.get(pk=last.area_id)
            TeamPlace.objects.filter(pk=last.pk).update(during=DateRange(last.during.lower, day))
            same = Area.objects.filter(id__in=self.ids, level=there.level)
            TeamPlace.objects.create(team=team, area=self.rng.choice(list(same)), during=DateRange(day, None))

    def join(self):
        team = self.team()
        known = list(Member.objects.filter(memberships__team__in=self.teams()).distinct().order_by("id"))
        again = known and self.rng.random() < 0.4
        member = self.rng.choice(known) if again else Member.objects.create(name="Người")
        if not team.memberships.filter(member=member).exists():
            Membership.objects.create(
                team=team,
                member=member,
                joined=self.rng.choice((None, self.day())),
                source_body=self.rng.choice(("", "youth_union")),
            )

    def leave(self):
        for m in self.some(Membership.objects.filter(team__in=self.teams())):
            m.left = max(filter(None, (m.joined, self.day())))
            m.save()

    def train(self):
        self.serial += 1
        where = Area.objects.filter(id__in=self.ids, level__in=(Level.PROVINCE, Level.COMMUNE))
        training = Training.objects.create(
            code=f"L{self.serial}",
            title="Lớp",
            area=self.rng.choice(list(where)),
            date=self.day(),
            format=self.rng.choice(("in_person", "online")),
            audience=self.rng.choice(("team_members", "officials")),
            status=self.rng.choice(("held", "held", "planned", "cancelled")),
            head_count=self.rng.choice((None, 3, 40)),
        )
        members = list(Membership.objects.filter(team__in=self.teams()).order_by("id"))
        for m in self.rng.sample(members, min(len(members), 3)):
            Attendance.objects.get_or_create(training=training, member=m.member, defaults={"team": m.team})

    def change_training(self):
        for training in Training.objects.filter(area__in=self.ids).order_by("id")[:3]:
            if self.rng.random() < 0.5:
                training.date, training.status = self.day(), self.rng.choice(("held", "cancelled"))
                training.save()
            elif self.rng.random() < 0.3:
                training.attendances.all().delete()

    def log(self):
        team = self.team()
        day = self.day()
        place = team.places.filter(during__contains=day).first()
        if place is None:
            return
        activity = Activity.objects.create(
            team=team,
            area_id=place.area_id,
            date=day,
            kind="guidance",
            reached=self.rng.randrange(50),
            households=self.rng.choice((None, 7)),
            status=self.rng.choice(("submitted", "approved", "draft")),
        )
        for element in self.counted:
            if self.rng.random() < 0.6:
                ActivityValue.objects.create(activity=activity, element=element, value=self.rng.randrange(9))

    def void(self):
        for activity in self.some(Activity.objects.filter(area__in=self.ids)):
            how = self.rng.choice(("void", "move", "value", "returned"))
            if how == "void":
                activity.status, activity.void_reason = "void", "nhầm"
            elif how == "returned":
                activity.status, activity.decision_reason = "returned", "xem lại"
            elif how == "move":
                activity.date = self.day()
            else:
                activity.values.update(value=11)
            activity.save()

    def send(self):
        communes = Area.objects.filter(id__in=self.ids, level=Level.COMMUNE)
        area = self.rng.choice(list(communes))
        period = Period.month_of(self.day(), self.rng.choice(("statutory", "statutory", "statutory", "civil")))
        lives = area.valid
        if (lives.lower and period.end < lives.lower) or (lives.upper and period.start >= lives.upper):
            return
        span = DateRange(period.start, period.end + timedelta(days=1))
        estimate = self.rng.random() < 0.2
        others = Return.objects.filter(area=area, estimate=estimate, period__overlap=span)
        if others.exclude(calendar=period.calendar, period=span).exists():
            return
        report, _ = Return.objects.update_or_create(
            area=area,
            calendar=period.calendar,
            period=span,
            estimate=estimate,
            defaults={"status": self.rng.choice(("submitted", "approved", "draft")), "due": period.end},
        )
        for element in self.elements:
            if self.rng.random() < 0.8:
                ReturnValue.objects.update_or_create(
                    report=report, element=element, defaults={"value": self.rng.randrange(100)}
                )

    def give_back(self):
        for report in self.some(Return.objects.filter(area__in=self.ids)):
            report.status, report.decision_reason = self.rng.choice((("returned", "xem lại"), ("approved", "")))
            report.save()

    def build(self):
        Site.objects.create(
            kind=self.rng.choice(Site.Kind.values),
            name="Điểm",
            area=self.rng.choice(list(Area.objects.filter(id__in=self.ids, level__in=(3, 4)))),
            since=self.day(),
            until=self.rng.choice((None, date(2027, 2, 1))),
        )

    # --- boundaries

    def reorganise(self):
        """The next decree. Days only go on, so that what it ends was still living."""
        if self.turn == len(TURNS):
            return
        day = TURNS[self.turn]
        self.turn += 1
        changed = self.rng.choice((self.merge, self.split, self.absorb, self.reparent, self.abolish, self.unite))(day)
        ancestry.rebuild(ancestry.touched_by(changed))

    def end(self, area, day):
        area.valid = DateRange(area.valid.lower, day)
        area.save()
        if area.level != Level.VILLAGE:
            for edge in AreaParent.objects.filter(child=area, during__contains=day):
                edge.during = DateRange(edge.during.lower, day)
                edge.save()

    def parent(self, area, day):
        return AreaParent.objects.filter(child=area, during__contains=day).get().parent

    def follow(self, old, new, day, weight=None):
        AreaSuccession.objects.create(predecessor=old, successor=new, date=day, weight=weight)

    def merge(self, day):
        old = self.rng.sample(self.living(Level.COMMUNE), 2) if len(self.living(Level.COMMUNE)) > 1 else []
        if not old:
            return []
        new = self.area(Level.COMMUNE, self.parent(old[0], day), day)
        for one in old:
            self.end(one, day)
            self.follow(one, new, day)
        return [*[o.id for o in old], new.id]

    def absorb(self, day):
        living = self.living(Level.COMMUNE)
        if len(living) < 2:
            return []
        gone, stays = self.rng.sample(living, 2)
        self.end(gone, day)
        self.follow(gone, stays, day)
        return [gone.id, stays.id]

    def split(self, day):
        living = self.living(Level.COMMUNE)
        if not living:
            return []
        old = self.rng.choice(living)
        others = [c for c in living if c.id != old.id]
        parent = self.parent(old, day)
        first = self.area(Level.COMMUNE, parent, day)
        second = (
            self.rng.choice(others) if others and self.rng.random() < 0.5 else self.area(Level.COMMUNE, parent, day)
        )
        self.end(old, day)
        for new, weight in zip((first, second), self.rng.choice(WEIGHTS), strict=True):
            self.follow(old, new, day, weight)
        return [old.id, first.id, second.id]

    def reparent(self, day):
        village = self.rng.choice(self.living(Level.VILLAGE))
        edge = AreaParent.objects.get(child=village, during__contains=day)
        AreaParent.objects.filter(pk=edge.pk).update(during=DateRange(edge.during.lower, day))
        AreaParent.objects.create(
            child=village, parent=self.rng.choice(self.living(Level.COMMUNE)), during=DateRange(day, None)
        )
        return [village.id]

    def abolish(self, day):
        """All districts end; their communes come under the province."""
        changed = []
        for district in self.living(Level.DISTRICT):
            province = self.parent(district, day)
            for edge in AreaParent.objects.filter(parent=district, during__contains=day, child__level=Level.COMMUNE):
                AreaParent.objects.filter(pk=edge.pk).update(during=DateRange(edge.during.lower, day))
                AreaParent.objects.create(child_id=edge.child_id, parent=province, during=DateRange(day, None))
                changed.append(edge.child_id)
            self.end(district, day)
            changed.append(district.id)
        return changed

    def unite(self, day):
        """All provinces become one."""
        old = self.living(Level.PROVINCE)
        if len(old) < 2:
            return []
        new = self.area(Level.PROVINCE, self.parent(old[0], day), day)
        changed = [new.id]
        for province in old:
            for edge in AreaParent.objects.filter(parent=province, during__contains=day):
                AreaParent.objects.filter(pk=edge.pk).update(during=DateRange(edge.during.lower, day))
                AreaParent.objects.create(child_id=edge.child_id, parent=new, during=DateRange(day, None))
                changed.append(edge.child_id)
            self.end(province, day)
            self.follow(province, new, day)
            changed.append(province.id)
        return changed
