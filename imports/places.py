"""Finds the places that a file names, as of the file's day, within one province.

A name is compared with its tones first and without accents only then; its kind (`Xã`, `TT.`) chooses among places named
alike. Several candidates are never guessed between: the row is refused with the candidates, and what somebody has
settled before (`PlaceAlias`) is remembered. Old names are known too: a commune that has ended is found where it stands
alone, and its villages go on under what it became.
"""

from __future__ import annotations

import datetime
import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from areas.actions import NewVillage
from areas.models import Level
from imports.errors import Refusal
from imports.lines import KINDS, Section, split_kind
from imports.models import PlaceAlias
from imports.text import is_plain, plain_key, tidy, tone_key
from imports.values import Notes

_FEW = 5


@dataclass(slots=True)
class Unit:
    """A place on the file's day. `bare` is the name without its kind; `living` whether it exists on that day."""

    id: int
    level: int
    code: str
    kind: str
    name: str
    bare: str
    parent: int | None
    living: bool
    ended: datetime.date | None = None


class NameIndex:
    """Places by name: with tones, and without accents."""

    def __init__(self, units: Iterable[Unit] = ()):
        self.units: list[Unit] = []
        self.toned: dict[str, list[Unit]] = defaultdict(list)
        self.plain: dict[str, list[Unit]] = defaultdict(list)
        for unit in units:
            self.add(unit)

    def add(self, unit: Unit) -> None:
        self.units.append(unit)
        self.toned[tone_key(unit.bare)].append(unit)
        self.plain[plain_numbers(unit.bare)].append(unit)

    def named(self, text: str) -> list[tuple[Unit, bool]]:
        """Places that the text may mean, with whether the kind agrees. Tones decide as long as they decide anything."""
        tries = readings(text)
        for key, names in ((tone_key, self.toned), (plain_numbers, self.plain)):
            for kind, bare in tries:
                if hits := names.get(key(bare)):
                    return [(unit, kind is None or unit.kind == kind) for unit in hits]
        return []

    def close_to(self, text: str, within: Callable[[Unit], bool] = lambda unit: True) -> list[Unit]:
        """Places whose names look like the text, nearest first."""
        by_name = {plain_numbers(unit.bare): unit for unit in self.units if within(unit)}
        wanted = plain_numbers(readings(text)[0][1])
        return [by_name[name] for name in difflib.get_close_matches(wanted, list(by_name), n=_FEW, cutoff=0.75)]


def plain_numbers(text: str) -> str:
    """Plain letters, numbers without leading zeros: `Thôn 01` and `thon 1` are one."""
    return " ".join(word.lstrip("0") or "0" if word.isdigit() else word for word in plain_key(text).split())


def readings(text: str) -> list[tuple[str | None, str]]:
    """A text as (kind, name), and as a name alone: “Xa Dung” may be xã Dung or a place called Xa Dung."""
    text = tidy(text)
    split = split_kind(text)
    if split is None:
        return [(None, text)]
    bare = split[1].removeprefix("số ") if split[1][3:].strip().isdigit() else split[1]
    return [(split[0], bare), (None, text)]


def bare_name(name: str, kind: str) -> str:
    """`Xã Yên Thọ`, `xã` → `Yên Thọ`."""
    return name[len(kind) :].strip() if kind and name.lower().startswith(kind.lower() + " ") else name


class Places:
    """The places of one province on one day. Villages that a register names for the first time get negative ids until
    `areas.actions.create_villages` has made them."""

    def __init__(self, province_id: int, day: datetime.date):
        self.province_id = province_id
        self.day = day
        self.units: dict[int, Unit] = {}
        self.heirs: dict[int, list[int]] = defaultdict(list)  # ended commune → the communes it counts towards
        self.fathers: dict[int, list[int]] = defaultdict(list)  # the other way round
        self.villages: dict[int, Unit] = {}
        self.parents_ever: dict[int, set[int]] = defaultdict(set)
        self.new_villages: list[NewVillage] = []
        self._by_commune: dict[int, NameIndex] = defaultdict(NameIndex)
        self._known: dict[tuple, tuple[int, Notes] | Refusal] = {}
        self._load()
        self._districts = NameIndex(unit for unit in self.units.values() if unit.level == Level.DISTRICT)
        self._communes = NameIndex(unit for unit in self.units.values() if unit.level == Level.COMMUNE)
        self._by_code = {
            (unit.level, unit.code): unit for unit in sorted(self.units.values(), key=lambda unit: unit.living)
        }
        self._aliases = {
            (within, text): area
            for within, text, area in PlaceAlias.objects.filter(
                within__in=[province_id, *self.units], area__in=[*self.units, *self.villages]
            ).values_list("within", "text", "area")
        }

    # -- Loading -------------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        day: dict[str, Any] = {"province": self.province_id, "day": self.day}
        with connection.cursor() as cursor:
            cursor.execute(_UNITS, day)
            for pk, level, code, kind, name, parent, living, ended in cursor.fetchall():
                self.units[pk] = Unit(pk, level, code, kind, name, bare_name(name, kind), parent, living, ended)
            communes = [unit.id for unit in self.units.values() if unit.level == Level.COMMUNE]
            cursor.execute(_HEIRS, {"ids": [pk for pk in communes if not self.units[pk].living], "day": self.day})
            for pk, heir in cursor.fetchall():
                self.heirs[pk].append(heir)
                self.fathers[heir].append(pk)
            cursor.execute(_VILLAGES, {"ids": communes, "day": self.day})
            for pk, code, kind, name, parent, now, living, ended in cursor.fetchall():
                self.parents_ever[pk].add(parent)
                if now:
                    unit = Unit(pk, Level.VILLAGE, code, kind, name, bare_name(name, kind), parent, living, ended)
                    self.villages[pk] = unit
                    self._by_commune[parent].add(unit)

    # -- Looking up ----------------------------------------------------------------------------------------------------

    def district(self, text: str, notes: Notes) -> int:
        return self._once(("district", text), notes, lambda said: self._district(text, said))

    def commune(self, text: str, district: int | None, notes: Notes) -> int:
        """A commune by name; one that has ended is given where no living one is meant (`units[…].living`)."""
        return self._once(("commune", text, district), notes, lambda said: self._commune(text, district, said))

    def village(
        self,
        text: str,
        commune: int,
        notes: Notes,
        *,
        old: int | None = None,
        create: bool = False,
        default_kind: str = "",
    ) -> int:
        """A village of a commune, or of the old commune `old` within it. `create`: a register names it, so make it."""
        key = ("village", text, commune, old, create)
        return self._once(key, notes, lambda said: self._village(text, commune, old, create, default_kind, said))

    def old_commune(self, text: str, commune: int | None, notes: Notes) -> int:
        """The commune of before among those that `commune` goes on from."""
        return self._once(("old", text, commune), notes, lambda said: self._old_commune(text, commune, said))

    def _once(self, key: tuple, notes: Notes, find: Callable[[Notes], int]) -> int:
        """The answer to a question asked before; its warnings are told the first time only."""
        known = self._known.get(key)
        if known is None:
            said: Notes = []
            try:
                known = (find(said), said)
            except Refusal as refusal:
                known = refusal
            self._known[key] = known
            if not isinstance(known, Refusal):
                notes.extend(said)
        if isinstance(known, Refusal):
            raise Refusal(known.code, known.message, known.suggestions, field=known.field)
        return known[0]

    def _district(self, text: str, notes: Notes) -> int:
        if alias := self._aliases.get((self.province_id, plain_key(text))):
            return alias
        if unit := self._by_code.get((Level.DISTRICT, text)):
            return unit.id
        hits = self._districts.named(text)
        chosen = self._best(hits, text, notes)
        if len(chosen) == 1:
            return chosen[0].id
        if chosen:
            raise self._ambiguous(text, chosen)
        near = [unit.name for unit in self._districts.close_to(text, lambda unit: unit.living)]
        raise Refusal("place_unknown", f"Không thấy “{text}” trong tỉnh. Sửa tên huyện.", near)

    def _commune(self, text: str, district: int | None, notes: Notes) -> int:
        for within in (district, self.province_id):
            if within and (alias := self._aliases.get((within, plain_key(text)))):
                return alias
        if text.isdigit() and (unit := self._by_code.get((Level.COMMUNE, text))):
            return unit.id
        hits = self._communes.named(text)
        inside = [(unit, fits) for unit, fits in hits if district is None or unit.parent == district]
        chosen = self._best(inside, text, notes)
        if len(chosen) == 1:
            if not chosen[0].living:
                notes.append(("old_name", f"{chosen[0].name} (cũ) nay thuộc {self._became(chosen[0])}."))
            return chosen[0].id
        if chosen:
            raise self._ambiguous(text, chosen)
        if hits:
            where = f" trong {self.units[district].name}" if district else ""
            elsewhere = [self.label(unit) for unit, _ in hits]
            raise Refusal("place_unknown", f"Không thấy “{text}”{where}. Sửa tên xã hoặc tên huyện.", elsewhere)
        near = self._communes.close_to(
            text, lambda unit: unit.living and (district is None or unit.parent == district)
        ) or self._communes.close_to(text, lambda unit: unit.living)
        names = [unit.name if district == unit.parent else self.label(unit) for unit in near]
        raise Refusal("place_unknown", f"Không thấy “{text}”. Sửa tên xã.", names)

    def _old_commune(self, text: str, commune: int | None, notes: Notes) -> int:
        if commune is None:
            return self._commune(text, None, notes)
        before = {commune, *self.fathers.get(commune, ())}
        if alias := self._aliases.get((commune, plain_key(text))):
            return alias
        hits = [(unit, fits) for unit, fits in self._communes.named(text) if unit.id in before]
        # The old one is meant, so one that has ended goes before a living namesake.
        ended = [(unit, fits) for unit, fits in hits if not unit.living] or hits
        chosen = [unit for unit, fits in ended if fits] or [unit for unit, _ in ended]
        if len(chosen) == 1:
            return chosen[0].id
        if chosen:
            raise self._ambiguous(text, chosen)
        names = sorted(self.units[pk].name for pk in before - {commune})
        raise Refusal("place_unknown", f"{self.units[commune].name} không có “{text}” (cũ). Sửa tên xã cũ.", names[:9])

    def _village(self, text: str, commune: int, old: int | None, create: bool, default_kind: str, notes: Notes) -> int:
        if alias := self._aliases.get((old or commune, plain_key(text))):
            return alias
        kind, bare = readings(text)[0]
        found = self._villages_named(text, commune, old)
        if len(found) == 1:
            if kind and found[0].kind != kind:
                notes.append(("place_kind", f"Tệp ghi “{text}”, Cổng đang có {found[0].name}."))
            return found[0].id
        if found:
            raise self._ambiguous(text, found)
        if create:
            return self._new_village(kind, bare, old or commune, default_kind)
        pool = NameIndex(unit for pk in self._counting(commune, old) for unit in self._by_commune[pk].units)
        near = [unit.name for unit in pool.close_to(text)] or sorted(unit.name for unit in pool.units)[:_FEW]
        raise Refusal("place_unknown", f"Không thấy “{text}” trong {self.units[old or commune].name}.", near)

    def _villages_named(self, text: str, commune: int, old: int | None) -> list[Unit]:
        """Villages of the name; a number names a village only with its kind (Thôn 1 is not Tổ dân phố 1)."""
        _kind, bare = readings(text)[0]
        hits = [
            hit
            for pk in self._counting(commune, old)
            for hit in self._by_commune[pk].named(text)
            if old is None or old in self.parents_ever[hit[0].id]
        ]
        fitting = [unit for unit, fits in hits if fits]
        # Without accents only what was typed without accents is matched: Phú Thọ is not Phú Thổ.
        if not is_plain(bare):
            fitting = [unit for unit in fitting if tone_key(unit.bare) == tone_key(bare)] or [
                unit for unit in fitting if is_plain(unit.bare)
            ]
        living = [unit for unit in fitting if unit.living]
        return living or fitting

    def _counting(self, commune: int, old: int | None) -> list[int]:
        """Communes whose villages may be meant: the commune and those it goes on from, or the old one and it."""
        return list(dict.fromkeys([old, commune] if old else [commune, *self.fathers.get(commune, ())]))

    def _new_village(self, kind: str | None, bare: str, commune: int, default_kind: str) -> int:
        parent = self.units[commune]
        if not parent.living:
            heirs = [self.units[pk].name for pk in self.heirs[commune] if pk in self.units]
            raise Refusal(
                "place_ended",
                f"{parent.name} đã kết thúc, nay thuộc {self._became(parent)}. Ghi xã hiện nay.",
                heirs,
                field="commune",
            )
        kind = kind or default_kind or ("thôn" if parent.kind == "xã" else "tổ dân phố")
        if kind not in KINDS or Level.VILLAGE not in KINDS[kind]:
            raise Refusal("place_unknown", f"“{kind} {bare}” chưa phải tên thôn, bản, tổ dân phố.", field="village")
        name = f"{kind.capitalize()} {bare.title() if bare.isupper() and not bare.isdigit() else bare}"
        self.new_villages.append(NewVillage(parent_id=commune, name=name, kind=kind))
        unit = Unit(-len(self.new_villages), Level.VILLAGE, "", kind, name, bare_name(name, kind), commune, True)
        self.villages[unit.id] = unit
        self.parents_ever[unit.id].add(commune)
        self._by_commune[commune].add(unit)
        return unit.id

    def _best(self, hits: list[tuple[Unit, bool]], text: str, notes: Notes) -> list[Unit]:
        """Living places of the kind, else ended ones of it, else any of the name; the last with a warning."""
        for living, fits in ((True, True), (False, True), (True, False), (False, False)):
            chosen = [unit for unit, agrees in hits if unit.living == living and agrees == fits]
            if chosen:
                if not fits and len(chosen) == 1:
                    notes.append(("place_kind", f"Tệp ghi “{text}”, nơi này là {chosen[0].name}."))
                return chosen
        return []

    # -- Words ---------------------------------------------------------------------------------------------------------

    def label(self, unit: Unit) -> str:
        """A place with what tells it from its namesakes: “Xã Yên Thọ, Huyện Như Thanh”."""
        parent = self.units.get(unit.parent) if unit.parent else None
        name = unit.name if unit.living else f"{unit.name} (cũ)"
        return f"{name}, {parent.name}" if parent else name

    def _ambiguous(self, text: str, chosen: list[Unit]) -> Refusal:
        labels = sorted(self.label(unit) for unit in chosen)
        return Refusal("place_ambiguous", f"Có {len(chosen)} nơi tên “{text}”. Ghi rõ nơi nào.", labels)

    def _became(self, unit: Unit) -> str:
        return ", ".join(sorted(self.units[pk].name for pk in self.heirs[unit.id] if pk in self.units)) or "nơi khác"

    # -- Titles --------------------------------------------------------------------------------------------------------

    def in_titles(self, lines: Iterable[str]) -> Section:
        """The district and commune that title lines name with their kinds: “Huyện: Hoà Bình”."""
        section = Section()
        for line in lines:
            for level, text in _named_in(line, self._districts, self._communes):
                if not getattr(section, Level(level).identifier):
                    section = section.enter(Level(level), text)
        return section


def _named_in(line: str, districts: NameIndex, communes: NameIndex) -> list[tuple[int, str]]:
    words = plain_key(line).split()
    kinds = {
        **dict.fromkeys(("huyen", "quan", "thi xa", "thanh pho", "tp", "tx"), (Level.DISTRICT, districts)),
        **dict.fromkeys(("xa", "phuong", "thi tran", "dac khu", "tt"), (Level.COMMUNE, communes)),
    }
    found, place = [], 0
    while place < len(words):
        length = 2 if " ".join(words[place : place + 2]) in kinds else 1
        entry = kinds.get(" ".join(words[place : place + length]))
        step = 1
        if entry:
            step = length
            level, index = entry
            for end in range(min(len(words), place + length + 6), place + length, -1):
                if index.plain.get(" ".join(words[place + length : end])):
                    found.append((level, " ".join(words[place:end])))
                    step = end - place
                    break
        place += step
    return sorted(found, key=lambda item: item[0])


_UNITS = """
SELECT a.id, a.level, a.code, coalesce(n.kind, a.kind), coalesce(n.name, a.name), p.parent_id,
       a.valid @> %(day)s::date, upper(a.valid)
  FROM areas_areaancestry c
  JOIN areas_area a ON a.id = c.area_id AND a.level IN (2, 3)
 CROSS JOIN LATERAL (SELECT least(%(day)s::date, upper(a.valid) - 1) AS day) AS d
  LEFT JOIN areas_areaname n ON n.area_id = a.id AND n.during @> d.day
  LEFT JOIN areas_areaparent p ON p.child_id = a.id AND p.during @> d.day
 WHERE c.ancestor_id = %(province)s AND c.during @> %(day)s::date
   AND (lower(a.valid) IS NULL OR lower(a.valid) <= %(day)s)
 ORDER BY a.id
"""

_HEIRS = """
SELECT c.area_id, c.ancestor_id
  FROM areas_areaancestry c
  JOIN areas_area a ON a.id = c.ancestor_id AND a.level = 3 AND a.valid @> %(day)s::date
 WHERE c.area_id = ANY(%(ids)s) AND c.during @> %(day)s::date
 ORDER BY 1, 2
"""

# A village has a row for each parent it ever had; `now` marks the one of the day (or its last).
_VILLAGES = """
SELECT a.id, a.code, coalesce(n.kind, a.kind), coalesce(n.name, a.name), p.parent_id,
       p.during @> d.day, a.valid @> %(day)s::date, upper(a.valid)
  FROM areas_areaparent p
  JOIN areas_area a ON a.id = p.child_id AND a.level = 4
 CROSS JOIN LATERAL (SELECT least(%(day)s::date, upper(a.valid) - 1) AS day) AS d
  LEFT JOIN areas_areaname n ON n.area_id = a.id AND n.during @> d.day
 WHERE p.parent_id = ANY(%(ids)s) AND (lower(a.valid) IS NULL OR lower(a.valid) <= %(day)s)
 ORDER BY a.id
"""
