"""The cast that other tests stand on is what it says."""

from accounts.roles import Right
from accounts.scope import can, scope


def test_each_of_the_cast_stands_where_their_name_says(people, land):
    assert can(people.admin, Right.ADMINISTER, land.n1)
    assert can(people.officer, Right.APPROVE, land.n1)
    assert not can(people.officer, Right.ADMINISTER, land.n1)
    assert can(people.district, Right.APPROVE, land.dong_tay)
    assert not can(people.district, Right.READ_FACTS, land.nam)
    assert all(can(people.clerk, Right.EDIT, area) for area in (land.dong, land.tay, land.d1, land.t2))
    assert not can(people.clerk, Right.EDIT, land.n1)
    assert can(people.nam_clerk, Right.EDIT, land.n1)
    assert list(scope(people.leader, Right.LOG).own.values_list("pk", flat=True)) == [land.d1.pk]
    assert can(people.viewer, Right.READ_FIGURES, land.n1)
    assert not can(people.viewer, Right.READ_FACTS, land.n1)
    assert scope(people.country_viewer, Right.READ_FACTS).everything
    assert not any(can(people.outsider, right, land.n1) for right in Right)
    assert not any(scope(people.stranger, right) for right in Right)
