"""A small country with a reform in the middle: everything that can happen to the area of a grant."""

import datetime
from types import SimpleNamespace

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import Grant, User
from areas import ancestry
from areas.models import Area, AreaParent, AreaSuccession, Level

REFORM = datetime.date(2025, 7, 1)
BEFORE = datetime.date(2025, 6, 30)
AFTER = datetime.date(2025, 8, 15)


@pytest.fixture
def reform(db):
    """Province T: districts D1 (communes A, B), D2 (C, E), island district D3. On 1 July 2025 the districts end; A and
    B merge into M, C is split into N and P with unknown shares, E lives on, D3 becomes the commune S. Province O stands
    beside with commune Q. Villages a1, b1, c1, e1, q1."""
    made = SimpleNamespace(day=REFORM)
    old, new, always = DateRange(None, REFORM), DateRange(REFORM, None), DateRange(None, None)

    def area(key, level, code, name, valid, *edges):
        unit = Area.objects.create(level=level, code=code, kind=name.split()[0].lower(), name=name, valid=valid)
        for parent, during in edges:
            AreaParent.objects.create(child=unit, parent=getattr(made, parent), during=during)
        setattr(made, key, unit)

    area("VN", Level.COUNTRY, "XV", "Nước thử", always)
    area("T", Level.PROVINCE, "X1", "Tỉnh Trường", always, ("VN", always))
    area("O", Level.PROVINCE, "X2", "Tỉnh Oanh", always, ("VN", always))
    area("D1", Level.DISTRICT, "X01", "Huyện Đông", old, ("T", old))
    area("D2", Level.DISTRICT, "X02", "Huyện Tây", old, ("T", old))
    area("D3", Level.DISTRICT, "X03", "Huyện Đảo", old, ("T", old))
    area("A", Level.COMMUNE, "X0001", "Xã An", old, ("D1", old))
    area("B", Level.COMMUNE, "X0002", "Xã Bình", old, ("D1", old))
    area("C", Level.COMMUNE, "X0003", "Xã Chung", old, ("D2", old))
    area("E", Level.COMMUNE, "X0004", "Xã Êm", always, ("D2", old), ("T", new))
    area("M", Level.COMMUNE, "X0011", "Xã An Bình", new, ("T", new))
    area("N", Level.COMMUNE, "X0012", "Xã Nam", new, ("T", new))
    area("P", Level.COMMUNE, "X0013", "Phường Phú", new, ("T", new))
    area("S", Level.COMMUNE, "X0014", "Đặc khu Đảo", new, ("T", new))
    area("Q", Level.COMMUNE, "X0021", "Xã Quý", always, ("O", always))
    area("a1", Level.VILLAGE, "X0001-1", "Thôn 1", always, ("A", always))
    area("b1", Level.VILLAGE, "X0002-1", "Thôn 1", always, ("B", always))
    area("c1", Level.VILLAGE, "X0003-1", "Thôn 1", always, ("C", always))
    area("e1", Level.VILLAGE, "X0004-1", "Thôn 1", always, ("E", always))
    area("q1", Level.VILLAGE, "X0021-1", "Thôn 1", always, ("Q", always))
    for old_unit, new_units in {"A": "M", "B": "M", "C": "NP", "D3": "S"}.items():
        for key in new_units:
            AreaSuccession.objects.create(
                predecessor=getattr(made, old_unit), successor=getattr(made, key), date=REFORM
            )
    ancestry.rebuild([unit.pk for unit in vars(made).values() if isinstance(unit, Area)])
    return made


@pytest.fixture
def user_with(db):
    """user_with(role, area, since=None, until=None, …): a user with one grant; further pairs in `more`."""
    count = iter(range(1, 1000))

    def make(role=None, area=None, since=None, until=None, **fields):
        number = next(count)
        user = User.objects.create_user(name=f"Người {number}", email=f"nguoi{number}@vidu.vn", **fields)
        if role:
            Grant.objects.create(user=user, role=role, area=area, during=DateRange(since, until))
        return user

    return make


@pytest.fixture
def names():
    """The names of a scope's areas within the small country, for assertions that read."""

    def of(scope, made):
        units = {unit.pk: key for key, unit in vars(made).items() if isinstance(unit, Area)}
        return {units[pk] for pk in scope.areas.values_list("pk", flat=True) if pk in units}

    return of
