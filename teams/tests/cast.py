"""Teams and their people on the invented province of `land`."""

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from areas.tests.land import Land
from members import actions as member_actions
from members.models import Member, Membership
from teams import actions
from teams.models import Team

FOUNDED = date(2023, 3, 1)


@dataclass(frozen=True)
class Teams:
    """d1, t1 in the merged commune Đông Tây, n1 in Nam, each of a village; nam of the commune Nam, planned only.

    In d1: leader Nguyễn Văn Đức (1970, 0912 345 678), member Trần Thị Hoà (1985, no phone). In n1: nobody.
    """

    d1: Team
    t1: Team
    n1: Team
    nam: Team
    duc: Member
    hoa: Member


def make_teams(land: Land, by: User) -> Teams:
    def village(area, name):
        return actions.found(area=area, name=name, established=FOUNDED, by=by)

    d1 = village(land.d1, "Tổ công nghệ số cộng đồng thôn 1 Đông")
    t1 = village(land.t1, "Tổ công nghệ số cộng đồng thôn 1 Tây")
    n1 = village(land.n1, "Tổ công nghệ số cộng đồng thôn 1 Nam")
    nam = actions.found(area=land.nam, name="Tổ công nghệ số cộng đồng xã Nam", planned=date(2023, 1, 1), by=by)
    duc = member_actions.join(
        team=d1,
        person={"name": "Nguyễn Văn Đức", "birth_year": 1970, "phone": "+84912345678"},
        role=Membership.TeamRole.LEADER,
        by=by,
    )
    hoa = member_actions.join(team=d1, person={"name": "Trần Thị Hoà", "birth_year": 1985}, by=by)
    return Teams(d1, t1, n1, nam, duc.member, hoa.member)
