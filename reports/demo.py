"""The demo province: Thanh Hóa as its offices would bring it in, and people to sign in as."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.actions import add_grant
from accounts.identifiers import find_user
from accounts.models import User
from accounts.roles import Role
from areas.models import Area, AreaAncestry, Level
from imports import actions as imports
from imports.job import Progress
from reports import rollup

WORKBOOKS = Path(imports.__file__).parent / "data" / "workbooks"
PROVINCE = "38"
PASSWORD = "thu-nghiem-2026"

# In the order in which one builds on another; the day is the one the file speaks of.
FILES = (
    ("teams", "thanh_hoa_to_cnscd_2024.xlsx", datetime.date(2024, 9, 30)),
    ("members", "thanh_hoa_thanh_vien_2024.xlsx", datetime.date(2024, 9, 30)),
    ("trainings", "thanh_hoa_tap_huan_2022_2024.xlsx", datetime.date(2024, 9, 30)),
    ("attendances", "thanh_hoa_tap_huan_2022_2024.xlsx", datetime.date(2024, 9, 30)),
    ("returns", "thanh_hoa_so_lieu_xa_9T2024.xlsx", datetime.date(2024, 9, 30)),
    ("activities", "thanh_hoa_nhat_ky_2026.xlsx", datetime.date(2026, 10, 31)),
)


@dataclass(frozen=True)
class Person:
    """Who can sign in to the demo: the identifier, what they are, and the level and code of the area of their role."""

    identifier: str
    name: str
    role: Role
    code: str


COMMUNE = "15469"  # xã Yên Định: made of whole communes, so all its figures are comparable
PEOPLE = (
    Person("quantri@thanhhoa.example", "Lê Quản Trị", Role.PROVINCE_ADMIN, PROVINCE),
    Person("chuyenvien@thanhhoa.example", "Nguyễn Chuyên Viên", Role.PROVINCE_OFFICER, PROVINCE),
    Person("canbo@yendinh.example", "Trịnh Cán Bộ", Role.COMMUNE_CLERK, COMMUNE),
    Person("0912000038", "Phạm Tổ Trưởng", Role.TEAM_LEADER, f"{COMMUNE}-first-village"),
    Person("xem@thanhhoa.example", "Hoàng Người Xem", Role.VIEWER, PROVINCE),
    Person("toanquoc@cnscd.example", "Trần Toàn Quốc", Role.COUNTRY_VIEWER, "VN"),
)


def load(say: Callable[[str], None], progress: Progress = imports.silent) -> None:
    """Imports the workbooks by the code that takes a user's upload, makes the people, rolls up. Safe to repeat."""
    for kind, filename, as_of in FILES:
        began = time.monotonic()
        done = imports.import_file(
            kind=kind, path=WORKBOOKS / filename, as_of=as_of, province=PROVINCE, progress=progress
        )
        seconds = time.monotonic() - began
        say(
            f"{filename} ({kind}): {done.rows} dòng, mới {done.created}, đổi {done.updated}, "
            f"không đổi {done.unchanged}, chưa nhận {done.refused}; {seconds:.1f} giây"
        )
    for person in PEOPLE:
        make(person)
    began = time.monotonic()
    folded = rollup.fold_all()
    say(f"Cộng số liệu: {folded.cells} ô; {time.monotonic() - began:.1f} giây")


@transaction.atomic
def make(person: Person) -> User:
    """The person with the role, if not there yet."""
    user = find_user(person.identifier)
    if user is None:
        mail = "@" in person.identifier
        user = User.objects.create_user(
            name=person.name,
            email=person.identifier if mail else None,
            phone=None if mail else "+84" + person.identifier[1:],
            password=PASSWORD,
            notice_read_at=timezone.now(),
        )
    add_grant(user=user, role=person.role, area=_area(person.code), by=None)
    return user


def _area(code: str) -> Area:
    today = timezone.localdate()
    if not code.endswith("-first-village"):
        return Area.objects.on(today).get(code=code)
    commune = Area.objects.on(today).get(code=code.removesuffix("-first-village"), level=Level.COMMUNE)
    counted = AreaAncestry.objects.filter(ancestor=commune, during__contains=today).values("area")
    return Area.objects.on(today).filter(level=Level.VILLAGE, pk__in=counted).order_by("sort_key", "code")[0]
