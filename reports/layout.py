"""Which indicators stand where on a dashboard (pages.md §3). One that an admin adds stands in its pillar's block."""

from __future__ import annotations

from collections.abc import Iterable

from activities.models import DataElement
from reports.models import Indicator

Pillar = DataElement.Pillar

# The four tiles; the second figure of a tile is said below the first.
KEY_FIGURES = (
    ("active_teams", None),
    ("active_members", "members_per_team"),
    ("village_coverage_rate", None),
    ("training_attendances", "training_attendances_total"),
)
PILLARS: dict[str, tuple[str, ...]] = {
    str(pillar.label): (pillar,) for pillar in (Pillar.GOVERNMENT, Pillar.ECONOMY, Pillar.SOCIETY)
}
TEAMS_BLOCK: dict[str, tuple[str, ...]] = {
    "Tổ và thành viên": (Pillar.TEAMS,),
    "Tập huấn": (Pillar.TRAINING,),
    "Hoạt động, mô hình": (Pillar.ACTIVITY, Pillar.MODELS),
}
TREND = "active_teams"  # drawn until the reader picks another

COLUMN_SETS = {
    "": (
        "Tổng hợp",
        (
            "active_teams",
            "active_members",
            "village_coverage_rate",
            "teams_trained_inperson_rate",
            "people_reached",
            "e_result_rate",
            "online_payment_rate",
            "payment_account_rate",
        ),
    ),
    "teams": (
        "Tổ và tập huấn",
        (
            "active_teams",
            "active_members",
            "members_per_team",
            "village_coverage_rate",
            "launched_rate",
            "members_trained_rate",
            "teams_trained_inperson_rate",
            "on_time_return_rate",
        ),
    ),
    "activity": (
        "Việc của các tổ",
        (
            "activities_logged",
            "team_activity_rate",
            "people_reached",
            "households_reached",
            "essential_dossiers_assisted",
            "vneid_assists",
            "signatures_assisted",
            "qr_points_added",
        ),
    ),
    "government": (
        "Chính quyền số",
        (
            "e_result_rate",
            "data_reuse_rate",
            "online_payment_rate",
            "online_submission_rate",
            "dossier_digitisation_rate",
            "essential_dossiers_assisted",
            "dvc_guidance_sessions",
        ),
    ),
    "economy": (
        "Kinh tế số",
        ("payment_account_rate", "products_online", "seller_households", "trader_qr_rate", "traders_supported"),
    ),
    "society": (
        "Xã hội số",
        (
            "personal_signatures",
            "signatures_assisted",
            "vneid_assists",
            "qr_sites",
            "free_wifi_points",
            "digital_skill_rate",
            "zalo_household_rate",
        ),
    ),
}
SPARKLINES = frozenset(
    {
        "e_result_rate",
        "data_reuse_rate",
        "online_payment_rate",
        "payment_account_rate",
        "products_online",
        "personal_signatures",
        "qr_sites",
        "free_wifi_points",
        "essential_dossiers_assisted",
        "vneid_assists",
        "signatures_assisted",
        "qr_points_added",
        "activities_logged",
        "people_reached",
        "households_reached",
        "training_attendances",
        "classes_held",
        "active_teams",
    }
)


def columns(name: str) -> tuple[str, ...]:
    """Codes of the table's columns; the general ones for a name that is not there."""
    return COLUMN_SETS.get(name, COLUMN_SETS[""])[1]


def of_pillars(indicators: Iterable[Indicator], pillars: tuple[str, ...], *, context: bool) -> list[Indicator]:
    """Indicators of the pillars: what the teams did, or the context in which they did it."""
    return [i for i in indicators if i.pillar in pillars and i.context == context]


def adds_up(indicator: Indicator) -> bool:
    """Whether those of the areas below and a remainder make that of the area: no rate and no distinct count."""
    return all(t.part == "num" for t in indicator.terms.all()) and not counts_once(indicator)


def counts_once(indicator: Indicator) -> bool:
    """Whether things are counted in it that may lie in several areas and yet count once."""
    return any(t.element.kind == DataElement.Kind.DISTINCT for t in indicator.terms.all())


def is_stock(indicator: Indicator) -> bool:
    """Whether it is said for the last day of the period, not for its course."""
    return all(t.element.kind != DataElement.Kind.FLOW for t in indicator.terms.all() if t.part == "num")
