"""Where a row stands: from its cells, the section above it and its team's name, to an area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from areas.models import Level
from imports.errors import Refusal
from imports.lines import KINDS, Section
from imports.teambook import place_in_name
from imports.values import Notes

if TYPE_CHECKING:
    from imports.job import Job, Row
    from imports.places import Places


@dataclass(frozen=True, slots=True)
class Place:
    """An area and its level; the commune and district it lies in where the row tells them."""

    area: int
    level: Level
    commune: int | None = None
    district: int | None = None


class Locator:
    """Finds the places of the rows of one job."""

    def __init__(self, job: Job, places: Places):
        self.job = job
        self.places = places
        titles = [line for table in job.tables for line in table.preamble]
        self.title = places.in_titles(titles)
        self.village_kinds = [default_kind(table.titles.get("village", "")) for table in job.tables]

    def text(self, row: Row, name: str) -> str:
        """What the row says of a level: its own cell, else its section, else the title."""
        own = row.get(name)
        if own:
            return str(own)
        section: Section = row.record.section
        said = getattr(section, name)
        if not said and name == "commune" and section.unknown and "commune" not in row.record.cells:
            said = section.unknown
        if said or name == "village":
            return said
        # The title's commune holds only where rows name none at all.
        return (
            ""
            if name in row.record.cells or (section != Section() and name == "commune")
            else getattr(self.title, name)
        )

    def district(self, row: Row) -> int | None:
        text = self.text(row, "district")
        return self._ask(row, "district", lambda notes: self.places.district(text, notes)) if text else None

    def commune(self, row: Row, text: str, district: int | None) -> int:
        return self._ask(row, "commune", lambda notes: self.places.commune(text, district, notes))

    def village(self, row: Row, text: str, commune: int, *, create: bool = False, old: int | None = None) -> int:
        kind = self.village_kinds[row.record.table]
        return self._ask(
            row,
            "village",
            lambda notes: self.places.village(text, commune, notes, old=old, create=create, default_kind=kind),
        )

    def register(self, row: Row, *, create: bool) -> Place:
        """The place of a team that a register names: the narrowest that the row gives, helped out by the team's name.

        Raises Refusal, its `field` set.
        """
        named = place_in_name(str(row.get("team") or ""))
        district = self.district(row)
        commune_text, village_text = self.text(row, "commune"), self.text(row, "village")
        if named and named[0] == Level.DISTRICT and not commune_text and not village_text:
            district = district or self._ask(row, "district", lambda notes: self.places.district(named[1], notes))
            return Place(district, Level.DISTRICT, None, district)
        if named and named[0] == Level.COMMUNE and not commune_text:
            commune_text = named[1]
        if named and named[0] == Level.VILLAGE and not village_text:
            village_text = named[1]
        if not commune_text:
            if district and not village_text and "commune" not in row.record.cells:
                return Place(district, Level.DISTRICT, None, district)
            raise Refusal("place_missing", "Thiếu tên xã. Nhập xã, phường, thị trấn.", field="commune")
        commune = self.commune(row, commune_text, district)
        if not village_text:
            return Place(commune, Level.COMMUNE, commune, district)
        return Place(self.village(row, village_text, commune, create=create), Level.VILLAGE, commune, district)

    def visited(self, row: Row) -> Place:
        """The place of an activity: village within commune, with the old commune where the row tells it."""
        district = self.district(row)
        commune_text, old_text = self.text(row, "commune"), row.get("old_commune")
        if not commune_text and not old_text:
            raise Refusal("place_missing", "Thiếu tên xã. Nhập xã, phường.", field="commune")
        commune = self.commune(row, commune_text, district) if commune_text else None
        old = None
        if old_text:
            old = self._ask(row, "old_commune", lambda notes: self.places.old_commune(old_text, commune, notes))
        inside = commune if commune is not None else old
        assert inside is not None
        village_text = self.text(row, "village")
        if not village_text:
            return Place(old or inside, Level.COMMUNE, inside, district)
        # An old commune alone may bear the name of a living one; its villages are looked for wherever they went.
        village = self.village(row, village_text, inside, old=old if commune is not None else None)
        return Place(village, Level.VILLAGE, inside, district)

    def _ask(self, row: Row, name: str, question) -> int:
        notes: Notes = []
        try:
            found = question(notes)
        except Refusal as refusal:
            refusal.field = refusal.field or name
            raise
        self.job.notes(row, name, notes)
        return found


def default_kind(title: str) -> str:
    """The kind of village that a heading of one word names: “Ấp” → `ấp`, “Thôn/Bản/TDP” → "" (several)."""
    return title.lower() if title.lower() in KINDS and Level.VILLAGE in KINDS[title.lower()] else ""
