"""List pages: accent-free search, paging by key, and one fragment for both htmx and the whole page.

    def team_list(request):
        form = TeamFilter(request.GET)                     # a form whose field `q` is the search
        teams = form.apply(Team.objects.visible_to(request.user))
        page = listing.page(request, teams, order=("sort_key", "id"))
        return listing.render(request, "teams/list.html", "teams/list_rows.html", {"page": page, "form": form})

The template of the whole page includes the fragment inside the region that the filter bar swaps, and the fragment ends
with `{% include "components/pager.html" with previous=page.previous next=page.next target="#rows" %}`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model, Q, QuerySet, TextField, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_template
from django.utils.cache import patch_vary_headers

from areas.text import SearchKey

PER_PAGE = 50
AFTER, BEFORE = "after", "before"


@dataclass
class Page:
    """One page of a list.

    `rows` are model instances; `previous` and `next` are addresses that keep the filters, or ""; `total` counts the
    whole list (one query, when first asked for).
    """

    rows: list[Any]
    previous: str
    next: str
    _queryset: QuerySet

    @cached_property
    def total(self) -> int:
        if not self.previous and not self.next:
            return len(self.rows)
        return self._queryset.order_by().count()

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def page(request: HttpRequest, queryset: QuerySet, *, order: Sequence[str], per_page: int = PER_PAGE) -> Page:
    """The page that `?after=` or `?before=` names, the first one without.

    `order` names fields or annotations that are never null, "-" before a descending one; the last is unique (the id).
    The next page is found by the key of the last row, not by counting rows over, so page 2,000 is as quick as page 2.
    A cursor that cannot be read gives the first page: it is a link that was cut, not an attack.
    """
    backwards = BEFORE in request.GET and AFTER not in request.GET
    cursor = _read_cursor(queryset, order, request.GET.get(BEFORE if backwards else AFTER))
    backwards = backwards and cursor is not None
    towards = tuple(_turned(name) for name in order) if backwards else tuple(order)
    rows_query = queryset.order_by(*towards)
    if cursor is not None:
        rows_query = rows_query.filter(_beyond(towards, cursor))
    rows = list(rows_query[: per_page + 1])
    more = len(rows) > per_page
    rows = rows[:per_page]
    if backwards:
        rows.reverse()
    has_previous = more if backwards else cursor is not None
    has_next = backwards or more
    return Page(
        rows=rows,
        previous=_address(request, BEFORE, order, rows[0]) if has_previous and rows else _first(request, has_previous),
        next=_address(request, AFTER, order, rows[-1]) if has_next and rows else "",
        _queryset=queryset,
    )


def search(queryset: QuerySet, text: str | None, field: str = "search") -> QuerySet:
    """Rows whose accent-free key has every word of `text`, in any order. Blank text filters nothing."""
    return queryset.filter(search_condition(text, field))


def search_condition(text: str | None, field: str = "search") -> Q:
    """What `search` filters by, to be joined with others. `field` is a generated `search` column with a trigram index.

    The words pass through the same SQL function as the column, so both sides are always cut alike.
    """
    condition = Q()
    for word in (text or "").split()[:8]:
        condition &= Q(**{f"{field}__contains": SearchKey(Value(word, output_field=TextField()))})
    return condition


def render(request: HttpRequest, template: str, fragment: str, context: dict[str, Any]) -> HttpResponse:
    """The whole page, or only its rows where htmx asks for them. `Vary` keeps a cache from mixing the two up."""
    htmx: Any = getattr(request, "htmx", None)
    wants_fragment = bool(htmx) and not htmx.boosted and not htmx.history_restore_request
    response = render_template(request, fragment if wants_fragment else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def keep_filters(request: HttpRequest, **changes: str | None) -> str:
    """The address of this list with some filters changed (None: taken away), on its first page."""
    query = request.GET.copy()
    for name in (AFTER, BEFORE):
        query.pop(name, None)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    for name in [name for name in query if query[name] == ""]:
        query.pop(name)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _turned(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def _beyond(order: Sequence[str], key: Sequence[Any]) -> Q:
    """Rows after the key in this order. The first field also stands alone, so that its index bounds the scan."""
    condition = Q()
    equal = Q()
    for name, value in zip(order, key, strict=True):
        field = name.removeprefix("-")
        compare = "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{field}__{compare}": value})
        equal &= Q(**{field: value})
    first = order[0].removeprefix("-")
    bound = "lte" if order[0].startswith("-") else "gte"
    return Q(**{f"{first}__{bound}": key[0]}) & condition


def _address(request: HttpRequest, direction: str, order: Sequence[str], row: Model) -> str:
    key = [getattr(row, name.removeprefix("-")) for name in order]
    packed = base64.urlsafe_b64encode(json.dumps(key, cls=DjangoJSONEncoder).encode()).decode().rstrip("=")
    address = keep_filters(request)
    return f"{address}{'&' if '?' in address else '?'}{direction}={packed}"


def _first(request: HttpRequest, wanted: bool) -> str:
    """From a page that has become empty, the way back is the first page."""
    return keep_filters(request) if wanted else ""


def _read_cursor(queryset: QuerySet, order: Sequence[str], packed: str | None) -> list[Any] | None:
    if not packed:
        return None
    fields = [_field(queryset, name.removeprefix("-")) for name in order]
    try:
        key = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
        if not isinstance(key, list) or len(key) != len(order) or None in key:
            return None
        key = [field.to_python(value) for field, value in zip(fields, key, strict=True)]
        "".join(value for value in key if isinstance(value, str)).encode()  # half a surrogate pair is no text
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
        return None
    return None if any(isinstance(value, str) and "\x00" in value for value in key) else key


def _field(queryset: QuerySet, name: str) -> Field:
    annotation = queryset.query.annotations.get(name)
    return annotation.output_field if annotation else queryset.model._meta.get_field(name)
