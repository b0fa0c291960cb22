"""What the benchmarks stand on: a portal with the demo province, made once, and how a measurement is told."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cnscd_portal.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")


@contextmanager
def portal(*, demo: bool) -> Iterator[None]:
    """Servers, schema and areas; with `demo` the demo province, imported if it is not there yet."""
    from cnscd_portal.services.environment import for_command

    with for_command(["bench", "bench"]):
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("load_areas", stdout=sys.stderr)
        if demo:
            from teams.models import Team

            if not Team.objects.exists():
                call_command("demo", stdout=sys.stderr)
        yield


def seconds(work: Callable[[], object], *, times: int = 1) -> float:
    """Median of the runs."""
    runs = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        runs.append(time.perf_counter() - began)
    return statistics.median(runs)


def tell(what: str, value: float, floor: float | None = None) -> None:
    """One line: milliseconds, and how many times the floor."""
    ratio = "" if floor is None else f"  {value / floor:6.1f} × the floor of {floor * 1000:,.1f} ms"
    print(f"{what:58} {value * 1000:12,.1f} ms{ratio}", flush=True)
