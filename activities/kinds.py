"""Kinds of work and whom it was for (domain §4)."""

from django.db import models


class ActivityKind(models.TextChoices):
    ESSENTIAL_SERVICE = "essential_service", "Hỗ trợ dịch vụ công trực tuyến"
    GUIDANCE = "guidance", "Hướng dẫn, cài đặt"
    HOME_VISIT = "home_visit", "Đi từng ngõ, gõ từng nhà"
    COMMUNICATION = "communication", "Tuyên truyền"
    CASHLESS = "cashless", "Thanh toán số"
    ECOMMERCE = "ecommerce", "Đưa sản phẩm lên sàn"
    SIGNATURE = "signature", "Chữ ký số"
    COMMUNITY_CLASS = "community_class", "Lớp Bình dân học vụ số"
    ONLINE_SAFETY = "online_safety", "Phòng chống lừa đảo"
    ONE_STOP_DUTY = "one_stop_duty", "Trực hỗ trợ tại Trung tâm phục vụ hành chính công"
    INFRASTRUCTURE = "infrastructure", "Wi-Fi, mã QR"
    MODEL = "model", "Mô hình, sáng kiến"
    CAMPAIGN = "campaign", "Ra quân, Ngày Chuyển đổi số"
    LAUNCH = "launch", "Ra mắt, kiện toàn tổ"
    MEETING = "meeting", "Họp tổ, giao ban"


class Audience(models.TextChoices):
    CITIZENS = "citizens", "Người dân"
    ELDERLY = "elderly", "Người cao tuổi"
    TRADERS = "traders", "Tiểu thương, hộ kinh doanh"
    SCHOOL_FAMILIES = "school_families", "Gia đình có con đi học"
    YOUTH = "youth", "Thanh niên"
    FARMERS = "farmers", "Nông dân, hợp tác xã"
    DISABLED = "disabled", "Người khuyết tật"
    OFFICIALS = "officials", "Cán bộ, công chức"
    OTHER = "other", "Khác"


# What the quick log writes on its choices: short enough for two on a line of a phone.
SHORT_KINDS = {
    ActivityKind.ESSENTIAL_SERVICE: "Dịch vụ công",
    ActivityKind.GUIDANCE: "Hướng dẫn, cài đặt",
    ActivityKind.HOME_VISIT: "Đi từng nhà",
    ActivityKind.COMMUNICATION: "Tuyên truyền",
    ActivityKind.CASHLESS: "Thanh toán số",
    ActivityKind.ECOMMERCE: "Bán hàng lên sàn",
    ActivityKind.SIGNATURE: "Chữ ký số",
    ActivityKind.COMMUNITY_CLASS: "Lớp kỹ năng số",
    ActivityKind.ONLINE_SAFETY: "Phòng lừa đảo",
    ActivityKind.ONE_STOP_DUTY: "Trực một cửa",
    ActivityKind.INFRASTRUCTURE: "Wi-Fi, mã QR",
    ActivityKind.MODEL: "Mô hình, sáng kiến",
    ActivityKind.CAMPAIGN: "Ra quân",
    ActivityKind.LAUNCH: "Ra mắt tổ",
    ActivityKind.MEETING: "Họp tổ",
}
SHORT_AUDIENCES = {
    Audience.CITIZENS: "Người dân",
    Audience.ELDERLY: "Người cao tuổi",
    Audience.TRADERS: "Tiểu thương",
    Audience.SCHOOL_FAMILIES: "Nhà có con đi học",
    Audience.YOUTH: "Thanh niên",
    Audience.FARMERS: "Nông dân",
    Audience.DISABLED: "Người khuyết tật",
    Audience.OFFICIALS: "Cán bộ, công chức",
    Audience.OTHER: "Khác",
}
