"""Kind `trainings`: classes held and planned. A class is its province and its code."""

from __future__ import annotations

from imports import staging, values
from imports.columns import Column, one_of, text
from imports.errors import Refusal
from imports.job import CREATED, UNCHANGED, UPDATED, Job
from imports.kinds.base import KindResource, refuse_repeated
from imports.text import tone_key
from members.models import Training

_STORED = ("title", "organiser", "format", "audience", "date", "sessions", "status", "head_count", "note")


class TrainingResource(KindResource):
    code = "trainings"
    label = "lớp tập huấn"
    needs = (("training",), ("title",), ("date",))
    units = {"classes": "rows", "rows": "rows", "attendances": "sum:head_count", "members": "sum:head_count"}

    training = text(
        "Mã lớp",
        longest=32,
        attribute="code",
        required=True,
        aliases=("mã", "mã lớp học", "mã lớp tập huấn", "ký hiệu lớp"),
    )
    title = text(
        "Tên lớp",
        required=True,
        aliases=("tên lớp học", "tên lớp tập huấn", "nội dung", "nội dung tập huấn", "chuyên đề", "chủ đề", "tên khóa"),
    )
    organiser = text("Đơn vị tổ chức", aliases=("đơn vị chủ trì", "cơ quan tổ chức", "đơn vị mở lớp"))
    format = one_of(
        "Hình thức", Training.Format, also={"Trực tiếp và trực tuyến": "blended", "Online": "online",
        "Offline": "in_person"},
        aliases=("hình thức tổ chức", "hình thức tập huấn", "hình thức học"),
    )  # fmt: skip
    audience = one_of(
        "Đối tượng",
        Training.Audience,
        also={"Tổ CNSCĐ": "team_members", "Thành viên tổ CNSCĐ": "team_members", "CBCCVC": "officials",
        "Cán bộ": "officials",
              "Công chức": "officials", "Doanh nghiệp": "businesses", "Hộ kinh doanh": "businesses"},
        aliases=("đối tượng tham gia", "đối tượng tập huấn", "thành phần"),
    )  # fmt: skip
    date = Column(
        "Ngày",
        values.day,
        required=True,
        aliases=(
            "ngày tổ chức",
            "ngày mở lớp",
            "thời gian",
            "thời gian tổ chức",
            "ngày tập huấn",
            "ngày học",
            "ngày dự kiến",
        ),
    )
    sessions = Column("Số buổi", values.count, aliases=("số buổi học", "buổi"))
    status = one_of(
        "Trạng thái",
        Training.Status,
        also={"Đã thực hiện": "held", "Hoàn thành": "held", "Đã mở": "held", "Dự kiến": "planned",
        "Chưa tổ chức": "planned",
              "Hủy": "cancelled", "Đã huỷ": "cancelled"},
        aliases=("tình trạng", "kết quả"),
    )  # fmt: skip
    head_count = Column(
        "Số lượt tham gia",
        values.count,
        aliases=("số lượt", "lượt tham gia", "số người tham gia", "số học viên", "sĩ số", "số lượng học viên",
        "số lượng",
                 "số lượt người tham gia", "lượt người"),
    )  # fmt: skip
    note = text("Ghi chú", longest=2000)

    def match(self, job: Job) -> None:
        assert job.province
        known = {
            tone_key(code): pk
            for code, pk in Training.objects.filter(area=job.province.id).order_by("-pk").values_list("code", "pk")
        }
        for row in job.open_rows():
            row.area = job.province.id
            row.key = tone_key(row.values["training"])
            row.found["training"] = known.get(row.key)
            held = row.get("status") == Training.Status.HELD
            if held and row.values["date"] > job.latest:
                message = f"{row.values['date']:%d/%m/%Y} chưa tới mà lớp đã tổ chức. Sửa ngày hoặc trạng thái."
                job.refuse(row, "date", Refusal("date_in_future", message))
            sessions = row.get("sessions")
            if sessions is not None and sessions.value > 366:
                job.refuse(row, "sessions", Refusal("too_large", "Số buổi quá lớn. Kiểm tra lại."))
        refuse_repeated(job, _STORED)

    def apply(self, job: Job) -> None:
        rows = [row for row in job.open_rows() if "repeats" not in row.found]
        new = [row for row in rows if row.found["training"] is None]
        ids = iter(staging.allocate(Training, len(new)))
        staged = []
        for number, row in enumerate(rows):
            pk = row.found["training"]
            status = row.get("status")
            if status is None and pk is None:
                over = row.values["date"] <= job.as_of and row.get("head_count") is not None
                status = Training.Status.HELD if over else Training.Status.PLANNED
            staged.append(
                (
                    number, pk or next(ids), pk is None, row.area, row.values["training"], row.get("title"),
                    row.get("organiser"), row.get("format"), row.get("audience"), row.get("date"),
                    row.get("sessions").value if row.get("sessions") else None, status,
                    row.get("head_count").value if row.get("head_count") else None, row.get("note"),
                )
            )  # fmt: skip
        types = {
            "row": "int", "id": "bigint", "is_new": "boolean", "area_id": "bigint", "code": "text", "title": "text",
            "organiser": "text", "format": "text", "audience": "text", "date": "date", "sessions": "smallint",
            "status": "text", "head_count": "int", "note": "text",
        }  # fmt: skip
        staging.load("import_trainings", types, staged)
        changed = staging.merge("import_trainings", Training, _STORED)
        staging.insert(
            "import_trainings",
            Training,
            {
                name: f"s.{name}"
                for name in ("id", "area_id", "code", "title", "date", "sessions", "status", "head_count")
            }
            | {name: f"coalesce(s.{name}, '')" for name in ("organiser", "note")}
            | {"format": "coalesce(s.format, 'in_person')", "audience": "coalesce(s.audience, 'team_members')"},
        )
        for number, row in enumerate(rows):
            row.outcome = CREATED if row.found["training"] is None else UPDATED if number in changed else UNCHANGED
