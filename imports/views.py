"""Uploading files, watching them being read, and what became of each."""

from __future__ import annotations

import io
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import SignedInRequest
from accounts.roles import Right
from accounts.scope import scope
from cnscd_portal import listing
from imports import actions, pipeline
from imports.forms import UploadForm
from imports.job import Request
from imports.kinds import KINDS
from imports.models import Batch
from imports.refused import write_refused
from imports.tasks import run_batch

FEW = 20
PER_PAGE = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "POST"])
def batch_list(request: SignedInRequest) -> HttpResponseBase:
    """The upload form, and the batches that the user may see, the latest first."""
    if not scope(request.user, Right.IMPORT):
        raise PermissionDenied("Người nhập tệp được là cán bộ xã, chuyên viên huyện, tỉnh.")
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        return _upload(request, form)
    batches = Batch.objects.visible_to(request.user).select_related("created_by").defer("result")
    page = listing.page(request, batches, order=("-created_at", "-id"))
    status = 422 if form.errors else 200
    context = {"form": form, "page": page}
    if status == 200:
        return listing.render(request, "imports/list.html", "imports/list_rows.html", context)
    return render(request, "imports/list.html", context, status=status)


def _upload(request: SignedInRequest, form: UploadForm) -> HttpResponseBase:
    data = form.cleaned_data
    province = data.get("province")
    made = []
    for file in data["files"]:
        with transaction.atomic():
            batch = actions.create_batch(
                kind=data["kind"],
                file=file,
                filename=Path(file.name).name,
                as_of=data["as_of"],
                by=request.user,
                province_id=province.pk if province else None,
                create_missing=data["create_missing"],
            )
            transaction.on_commit(partial(run_batch.delay, batch.pk))
        made.append(batch)
    if len(made) == 1:
        return redirect("imports:batch", made[0].pk)
    messages.success(request, f"Đã nhận {len(made)} tệp, đang đọc lần lượt. Có thể đóng trang này.")
    return redirect("imports:list")


def _found(request: SignedInRequest, pk: int) -> Batch:
    return get_object_or_404(Batch.objects.visible_to(request.user).select_related("created_by", "province"), pk=pk)


@require_GET
def batch(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """One file: how far it is, or what became of it. htmx asks for the region alone, each second while it runs."""
    found = _found(request, pk)
    context: dict[str, Any] = {"batch": found}
    if found.is_running:
        context |= _progress(request, found)
    else:
        result = found.result
        context |= {
            "same": _same_file(request, found),
            "refusals": result.get("refusals", [])[:FEW],
            "refusals_more": max(0, len(result.get("refusals", [])) - FEW),
            "warnings": result.get("warnings", [])[:FEW],
            "warnings_more": max(0, len(result.get("warnings", [])) - FEW),
            "totals": [total for total in result.get("printed_totals", []) if not total["agrees"]],
            "totals_agreeing": sum(1 for total in result.get("printed_totals", []) if total["agrees"]),
            "also": result.get("also_created", {}),
        }
    return listing.render(request, "imports/batch.html", "imports/batch_region.html", context)


def _progress(request: SignedInRequest, found: Batch) -> dict[str, Any]:
    """A quarter more is spoken; each second would be noise."""
    quarter = found.rows_done * 4 // found.rows_total if found.rows_total else 0
    said = request.GET.get("said", "0")
    waiting = 0
    if found.state == Batch.State.WAITING:
        waiting = (
            Batch.objects.filter(pk__lt=found.pk).exclude(state__in=(Batch.State.DONE, Batch.State.FAILED)).count()
        )
    return {"quarter": quarter, "speak": said.isdigit() and quarter > int(said), "before": waiting}


def _same_file(request: SignedInRequest, found: Batch) -> Batch | None:
    """An earlier batch of the same bytes."""
    return (
        Batch.objects.visible_to(request.user)
        .filter(sha256=found.sha256, kind=found.kind, state=Batch.State.DONE, pk__lt=found.pk)
        .order_by("-pk")
        .defer("result")
        .first()
    )


@require_GET
def refused(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """The refused rows, grouped by reason, the largest group first."""
    found = _found(request, pk)
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for told in found.result.get("refusals", []):
        groups[told["code"], told["message"]].append(told)
    ordered = sorted(groups.values(), key=len, reverse=True)
    rows = [{**told, "group_size": len(group), "first": told is group[0]} for group in ordered for told in group]
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    here = reverse("imports:refused", args=[pk])
    context = {
        "batch": found,
        "page": page,
        "groups": len(ordered),
        "previous": f"{here}?page={page.previous_page_number()}" if page.has_previous() else "",
        "next": f"{here}?page={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "imports/refused.html", context)


@require_GET
def refused_workbook(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """The refused rows as the user's own table, to be mended and sent again. The link never expires."""
    found = _found(request, pk)
    refusals = found.result.get("refusals", [])
    if not refusals:
        return redirect("imports:batch", pk)
    if not _is_there(found):
        return _file_is_gone(request, found)
    request_of_batch = Request(kind=KINDS[found.kind](), as_of=found.as_of)
    tables = pipeline.find_tables(request_of_batch, Path(found.file.path), found.filename)
    out = io.BytesIO()
    write_refused(tables, refusals, found.result["tables"], out)
    out.seek(0)
    name = f"{Path(found.filename).stem} - chưa nhận.xlsx"
    return FileResponse(out, as_attachment=True, filename=name, content_type=XLSX)


@require_GET
def file(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """The file as it was uploaded."""
    found = _found(request, pk)
    if not _is_there(found):
        return _file_is_gone(request, found)
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.filename, content_type="application/octet-stream"
    )


def _is_there(found: Batch) -> bool:
    name = found.file.name
    return name is not None and name != "" and found.file.storage.exists(name)


def _file_is_gone(request: SignedInRequest, found: Batch) -> HttpResponseBase:
    """Files are deleted after their term, or were on a disk that was not restored; what became of them stays."""
    messages.warning(request, "Tệp gốc của lô này không còn trên máy chủ.")
    return redirect("imports:batch", found.pk)
