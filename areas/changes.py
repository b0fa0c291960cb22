"""What a decree can do to units. Given together to `areas.actions.reorganise`, with one day and one decree.

A unit is an `Area`, or a `NewUnit` that begins on the day. One `NewUnit` may stand in several changes (equal values are
one unit): a commune made of one whole commune and a part of another is the target of a `Merge` and of a `Split`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from areas.models import Area


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit that begins on the day. `name` is the full one, with its kind. A village may leave its `code` empty: it
    takes its commune's code with the next serial."""

    level: int
    code: str
    kind: str
    name: str
    parent: Area | NewUnit
    latitude: float | None = None
    longitude: float | None = None
    area_km2: float | None = None


Unit = Area | NewUnit


@dataclass(frozen=True, slots=True)
class Create:
    """A unit out of nothing: no other becomes it."""

    unit: NewUnit


@dataclass(frozen=True, slots=True)
class Merge:
    """The units end and become `into`, wholly. A unit that absorbs others and lives on is `into`, not among `units`."""

    units: Sequence[Area]
    into: Unit


@dataclass(frozen=True, slots=True)
class Part:
    """What a split gives to a unit; `weight` is its share of the whole, None where the decree tells none."""

    unit: Unit
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """The unit ends and becomes several. Weights are given for all parts, summing to exactly 1, or for none.

    There is no partial transfer from a unit that lives on other than re-parenting its villages (A3).
    """

    unit: Area
    into: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Rename:
    """The unit has another full name and perhaps another kind; code and life go on."""

    unit: Area
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Reparent:
    """The units stand under another unit."""

    units: Sequence[Area]
    parent: Unit


@dataclass(frozen=True, slots=True)
class End:
    """The unit ends without a successor, as the districts did in 2025; its figures go on in its last parent."""

    unit: Area


Change = Create | Merge | Split | Rename | Reparent | End
