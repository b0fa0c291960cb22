"""The named cast on the invented province of `land`."""

from dataclasses import dataclass, fields

from django.utils import timezone

from accounts.models import Grant, User
from accounts.roles import Role
from areas.models import Area, Level
from areas.tests.land import Land


@dataclass(frozen=True)
class People:
    """Who does what where, all since always. None has a password: tests use `client.force_login`.

    admin, officer, viewer: the province · district: huyện Thượng · clerk: xã Đông Tây (the merged commune) ·
    nam_clerk: xã Nam · leader: the team of thôn 1 of Đông · country_viewer: the country ·
    outsider: province admin of Hà Nội · stranger: a user without a grant.
    """

    admin: User
    officer: User
    district: User
    clerk: User
    nam_clerk: User
    leader: User
    viewer: User
    country_viewer: User
    outsider: User
    stranger: User

    def __iter__(self):
        """(name, user) of each."""
        return ((field.name, getattr(self, field.name)) for field in fields(self))


def make_people(land: Land) -> People:
    hanoi = Area.objects.on(timezone.localdate()).get(level=Level.PROVINCE, code="01")
    cast = {
        "admin": ("Quản trị Mẫu", Role.PROVINCE_ADMIN, land.province),
        "officer": ("Chuyên viên Mẫu", Role.PROVINCE_OFFICER, land.province),
        "district": ("Cán bộ Huyện Thượng", Role.DISTRICT_OFFICER, land.upper),
        "clerk": ("Cán bộ Đông Tây", Role.COMMUNE_CLERK, land.dong_tay),
        "nam_clerk": ("Cán bộ Nam", Role.COMMUNE_CLERK, land.nam),
        "leader": ("Tổ trưởng Thôn 1", Role.TEAM_LEADER, land.d1),
        "viewer": ("Người xem Mẫu", Role.VIEWER, land.province),
        "country_viewer": ("Người xem Bộ", Role.COUNTRY_VIEWER, land.country),
        "outsider": ("Quản trị Hà Nội", Role.PROVINCE_ADMIN, hanoi),
        "stranger": ("Người chưa có vai trò", None, None),
    }
    read = timezone.now()
    users = {
        key: User.objects.create_user(name=name, email=f"{key}@mau.vidu.vn", notice_read_at=read)
        for key, (name, _, _) in cast.items()
    }
    Grant.objects.bulk_create(
        Grant(user=users[key], role=role, area=area) for key, (_, role, area) in cast.items() if role
    )
    return People(**users)
