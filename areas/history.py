"""Every change of a fact leaves who, when, what before and after: by triggers, so bulk work and psql leave it too."""

import pghistory
import pgtrigger


def tracked(*, exclude: tuple[str, ...] = ()):
    """Decorates a model whose rows are facts. `exclude` names its derived columns.

    Triggers stand at statement level: row-level ones made a bulk insert 29 times slower. Updates have no condition,
    because the library's default one can hang at statement level; writers skip unchanged rows themselves.
    """
    level = pgtrigger.Statement
    return pghistory.track(
        pghistory.InsertEvent(level=level),
        pghistory.UpdateEvent(condition=None, level=level),
        pghistory.DeleteEvent(level=level),
        exclude=list(exclude),
    )
