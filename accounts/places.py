"""How grants are named to people."""

from __future__ import annotations

from collections.abc import Collection

from accounts.models import Grant
from areas.labels import labels


def roles_in_words(grants: Collection[Grant]) -> str:
    """“Tổ trưởng, Thôn 1, xã Định Hòa; Người xem, …”; "" for none."""
    names = labels(grant.area_id for grant in grants)
    return "; ".join(f"{grant.get_role_display()}, {names[grant.area_id]}" for grant in grants)
