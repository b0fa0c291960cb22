"""The teams of a province: known again by where they stand and their name."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.db import connection

from areas.models import Level
from imports.errors import Refusal
from imports.lines import KINDS, split_kind
from imports.text import plain_key, tidy, tone_key

_FULL_NAME = tone_key("công nghệ số cộng đồng")
_SHORT = {
    tone_key("cnscđ"): _FULL_NAME,
    "cnscd": _FULL_NAME,
    "tdp": tone_key("tổ dân phố"),
    "tt": tone_key("thị trấn"),
    "tp": tone_key("thành phố"),
    "tx": tone_key("thị xã"),
}
_PREFIX = re.compile(r"^tổ\s+(?:công\s+nghệ\s+số(?:\s+cộng\s+đồng)?|cnscđ|cnscd)\s*", re.IGNORECASE)
_LAST_PLACE = re.compile(rf"\b({'|'.join(sorted(KINDS, key=len, reverse=True))}|tdp|tt|tp|tx)\s+\S", re.IGNORECASE)


def team_key(name: str) -> str:
    """`Tổ CNSCĐ TDP 1` and `Tổ công nghệ số cộng đồng tổ dân phố 01` are one."""
    return " ".join(_SHORT.get(word, word) for word in tone_key(name).split())


def place_in_name(name: str) -> tuple[Level, str] | None:
    """The place that a team's name ends with: `Tổ CNSCĐ ấp Láng Giài` → (village, `ấp Láng Giài`)."""
    rest = _PREFIX.sub("", tidy(name))
    found = _LAST_PLACE.search(rest)
    split = split_kind(rest[found.start() :]) if found else None
    return (KINDS[split[0]][0], rest[found.start() :]) if split and found else None


@dataclass(slots=True)
class KnownTeam:
    """A team; a negative id belongs to one that the file implies and that is still to be made."""

    id: int
    name: str
    level: int
    established: datetime.date | None = None
    counted_from: datetime.date | None = None
    launched: datetime.date | None = None
    dissolved: datetime.date | None = None
    places: list[tuple[int, datetime.date | None, datetime.date | None]] = field(default_factory=list)

    def area_on(self, day: datetime.date) -> int | None:
        """Where it stands on the day."""
        for area, lower, upper in self.places:
            if (lower is None or lower <= day) and (upper is None or day < upper):
                return area
        return None


class TeamBook:
    """Teams that stand anywhere in the province, by place on the day."""

    def __init__(self, province_id: int, day: datetime.date):
        self.day = day
        self.by_id: dict[int, KnownTeam] = {}
        self.at: dict[int, list[KnownTeam]] = defaultdict(list)
        self.made: list[KnownTeam] = []
        self._keys: dict[tuple[int, str], list[KnownTeam]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(_TEAMS, {"province": province_id, "day": day})
            for pk, name, level, established, counted, launched, dissolved, area, lower, upper in cursor.fetchall():
                team = self.by_id.get(pk)
                if team is None:
                    team = self.by_id[pk] = KnownTeam(pk, name, level, established, counted, launched, dissolved)
                team.places.append((area, lower, upper))
        for team in self.by_id.values():
            if (area := team.area_on(day)) is not None:
                self._stand(team, area)

    def _stand(self, team: KnownTeam, area: int) -> None:
        self.at[area].append(team)
        self._keys[area, team_key(team.name)].append(team)

    def standing_at(self, area: int) -> list[KnownTeam]:
        """Teams at the place that are not dissolved on the day, else the dissolved ones."""
        return self._lasting(self.at.get(area, []))

    def named(self, area: int, name: str) -> KnownTeam | None:
        """The team of the name at the place; letters without accents match if nothing else does. Raises Refusal where
        two lasting teams bear it."""
        hits = self._lasting(self._keys.get((area, team_key(name)), []))
        if not hits and name.isascii():
            wanted = plain_key(" ".join(_SHORT.get(word, word) for word in plain_key(name).split()))
            hits = [team for team in self.standing_at(area) if plain_key(team_key(team.name)) == wanted]
        if len(hits) > 1:
            raise Refusal("team_ambiguous", f"Nơi này có {len(hits)} tổ cùng tên. Đặt tên khác nhau trên Cổng.")
        return hits[0] if hits else None

    def only(self, area: int) -> KnownTeam:
        """The one team of a place. Raises Refusal where there is none or several."""
        hits = self.standing_at(area)
        if len(hits) == 1:
            return hits[0]
        if hits:
            names = sorted(team.name for team in hits)
            raise Refusal("team_ambiguous", f"Nơi này có {len(hits)} tổ. Ghi tên tổ.", names)
        raise Refusal("team_unknown", "Nơi này chưa có tổ. Nhập danh sách tổ trước.")

    def make(self, area: int, name: str, level: int) -> KnownTeam:
        """A team that the file implies."""
        team = KnownTeam(-len(self.made) - 1, name, level, places=[(area, None, None)])
        self.made.append(team)
        self.by_id[team.id] = team
        self._stand(team, area)
        return team

    def _lasting(self, teams: list[KnownTeam]) -> list[KnownTeam]:
        lasting = [team for team in teams if team.dissolved is None or team.dissolved > self.day]
        return lasting or teams


_TEAMS = """
SELECT t.id, t.name, t.level, t.established, t.counted_from, t.launched, t.dissolved,
       p.area_id, lower(p.during), upper(p.during)
  FROM teams_teamplace p JOIN teams_team t ON t.id = p.team_id
 WHERE t.id IN (SELECT s.team_id
                  FROM teams_teamplace s
                  JOIN areas_areaancestry c ON c.area_id = s.area_id
                 WHERE c.ancestor_id = %(province)s AND c.during @> %(day)s::date)
 ORDER BY t.id, lower(p.during) NULLS FIRST
"""
