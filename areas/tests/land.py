"""A small invented province: two districts, three communes, six villages, and a merger in mid-year."""

from dataclasses import dataclass
from datetime import date

from areas.actions import NewVillage, create_villages, reorganise
from areas.changes import Create, Merge, NewUnit
from areas.models import Area, Level

FOUNDED = date(2020, 1, 1)
MERGED = date(2024, 7, 1)
DECREE = "Nghị quyết 12/NQ-HĐND"


@dataclass(frozen=True)
class Land:
    """On 1 July 2024 (`merged`), in mid-year, the communes Đông and Tây become the commune Đông Tây, whose code is
    Đông's; Nam goes on. Villages: d1, d2 in Đông, t1, t2 in Tây, n1, n2 in Nam; they live always (F6)."""

    country: Area
    province: Area
    upper: Area
    lower: Area
    dong: Area
    tay: Area
    nam: Area
    dong_tay: Area
    d1: Area
    d2: Area
    t1: Area
    t2: Area
    n1: Area
    n2: Area
    merged: date = MERGED


def make_land(country: Area) -> Land:
    """Make it in the database, beside the real country. Codes are none that the real country ever used."""
    province = NewUnit(Level.PROVINCE, "00", "tỉnh", "Tỉnh Mẫu", country)
    upper = NewUnit(Level.DISTRICT, "998", "huyện", "Huyện Thượng", province)
    lower = NewUnit(Level.DISTRICT, "999", "huyện", "Huyện Hạ", province)
    dong = NewUnit(Level.COMMUNE, "99991", "xã", "Xã Đông", upper)
    tay = NewUnit(Level.COMMUNE, "99992", "xã", "Xã Tây", upper)
    nam = NewUnit(Level.COMMUNE, "99993", "xã", "Xã Nam", lower)
    made = reorganise(on=FOUNDED, decree=DECREE, by=None, changes=[Create(dong), Create(tay), Create(nam)]).created
    ids = create_villages(
        rows=[
            NewVillage(made[commune].pk, f"Thôn {number}", "thôn") for commune in (dong, tay, nam) for number in (1, 2)
        ],
        by=None,
    )
    dong_tay = NewUnit(Level.COMMUNE, "99991", "xã", "Xã Đông Tây", made[upper])
    merger = reorganise(on=MERGED, decree=DECREE, by=None, changes=[Merge([made[dong], made[tay]], dong_tay)])
    villages = Area.objects.in_bulk(ids)
    return Land(
        country,
        *(Area.objects.get(pk=made[unit].pk) for unit in (province, upper, lower, dong, tay, nam)),
        merger.created[dong_tay],
        *(villages[pk] for pk in ids),
    )
