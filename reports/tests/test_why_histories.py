"""The rows behind a number add up to it, over random histories of facts, mergers and splits."""

import random
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from activities.models import DataElement
from activities.periods import Calendar, Period
from areas.models import Area
from reports import facts, rollup
from reports.amounts import NOTHING, Span, read
from reports.models import Basis
from reports.tests.histories import World
from reports.tests.test_oracle import PERIODS, TODAYS

LOOKED_AT = 30  # of some 20,000 numbers that a history has; each is one statement


@pytest.mark.django_db
@settings(max_examples=6, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(seed=st.integers(0, 2**32), steps=st.integers(20, 60))
def test_the_rows_of_a_number_add_up_to_it_after_any_history(seed, steps):
    rng = random.Random(seed)
    with transaction.atomic():
        world = World(rng)
        for _ in range(steps):
            world.step()
        today = rng.choice(TODAYS)
        with patch("django.utils.timezone.localdate", return_value=today):
            rollup.fold_all()
        areas = list(Area.objects.filter(id__in=world.ids))
        elements = list(DataElement.objects.all())
        period = Period.parse(rng.choice(PERIODS), rng.choice(list(Calendar)))
        basis = rng.choice(list(Basis))
        sums = read(
            areas=areas,
            elements=elements,
            spans=[Span.of(period, today=today)],
            calendar=period.calendar,
            basis=basis,
            today=today,
        )
        told = [(a, e) for a in areas for e in elements if sums.get((0, a.id, e.code), NOTHING).postings]
        for area, element in rng.sample(told, min(LOOKED_AT, len(told))):
            if element.code.startswith("communes") and area.level == 4:
                continue  # a village is no part of a commune's count
            found = facts.page(element, area, period, basis=basis, today=today)
            expected = sums[0, area.id, element.code]
            where = (area.name, area.level, element.code, period.token, period.calendar, basis.name)
            assert found.total == expected.amount, where
        transaction.set_rollback(True)
