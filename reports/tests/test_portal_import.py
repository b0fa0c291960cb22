"""A journal is uploaded on the page, read by the worker, and what it said stands in the figures; what was wrong in it
comes back with row, column, value and reason.
"""

import re

import openpyxl
import pytest
from playwright.sync_api import expect

from activities.periods import Period
from reports.demo import PROVINCE
from reports.tests.portal import (
    ADMIN,
    OFFICER,
    PHONE,
    counted,
    journal_row,
    today,
    until,
    upload,
    villages,
    write_journal,
)

pytestmark = pytest.mark.browser

COMMUNE = "15574"  # xã Xuân Tín: no other test writes there
GOOD = 30


def test_an_admin_uploads_a_journal_mends_what_was_refused_and_the_numbers_move(
    demo_portal, people_at_portal, tmp_path
):
    places, day = villages(demo_portal, COMMUNE), today()
    commune, province = demo_portal.area(3, COMMUNE), demo_portal.area(1, PROVINCE)
    rows = [journal_row(n, places[n % len(places)], day) for n in range(1, GOOD + 1)]
    rows.insert(10, journal_row(98, places[0], day, reached="mười hai"))
    rows.insert(20, journal_row(99, places[1], day, date="31/02/2026"))
    file = write_journal(tmp_path / "Nhật ký Xuân Tín.xlsx", rows)
    month = Period.month_of(day).token

    with (
        people_at_portal.at(ADMIN, "/imports/") as page,
        people_at_portal.at(OFFICER, demo_portal.dashboard(commune, month)) as board,
        demo_portal.portal.connect() as database,
        demo_portal.portal.connect() as holding,
    ):
        before = {area: counted(database, area, "people_reached") for area in (commune, province)}
        number = board.locator('[data-live-key="people_reached"]').first
        assert number.text_content() == "–"  # nobody else logs there this month

        # Somebody holds a row that the journal needs, so that the page is seen while the file is at work.
        with holding.transaction():
            holding.execute("SELECT FROM teams_team WHERE id = %s FOR UPDATE", [places[0].team])
            batch = upload(page, file)
            expect(page.locator("#progress")).to_contain_text("Đang ghi", timeout=60_000)
            expect(page.get_by_role("progressbar")).to_be_visible()
            expect(page.locator("#progress")).to_contain_text(re.compile(r"\d+/32"))
            expect(page.locator("#progress")).to_contain_text("Có thể đóng trang này")
        expect(page.locator("#progress")).to_contain_text(f"Đã ghi {GOOD} dòng, 2 dòng chưa nhận.", timeout=60_000)

        told = [row.inner_text().split("\t") for row in page.locator("#progress tbody tr").all()]
        told = [[cell.strip() for cell in row] for row in told]
        assert told[0][:3] == ["Dòng 14", "Lượt người", "“mười hai”"], told
        assert told[1][:3] == ["Dòng 24", "Ngày", "“31/02/2026”"], told
        assert all(row[3] for row in told)

        until(lambda: counted(database, commune, "people_reached") == before[commune] + GOOD * 10)
        assert counted(database, province, "people_reached") == before[province] + GOOD * 10
        expect(number).to_have_text(f"{GOOD * 10}", timeout=20_000)

        # The refused rows come back as the admin's own table; mended, they go in, and only they.
        with page.expect_download() as coming:
            page.get_by_role("link", name="Tải tệp để sửa").click()
        assert coming.value.suggested_filename == "Nhật ký Xuân Tín - chưa nhận.xlsx"
        mended = tmp_path / "đã sửa.xlsx"
        coming.value.save_as(mended)
        book = openpyxl.load_workbook(mended)
        (sheet,) = book.worksheets
        heads = {cell.value: cell.column for cell in sheet[3]}
        assert sheet.max_row == 5
        wrongs = ((14, "Lượt người", "mười hai", 12), (24, "Ngày", "31/02/2026", day))
        for at, (line, head, wrong, right) in enumerate(wrongs, start=4):
            found = sheet.cell(at, heads[head])
            assert found.value == wrong
            assert found.fill.fgColor.rgb != sheet.cell(at, heads["Nội dung"]).fill.fgColor.rgb
            assert sheet.cell(at, heads["Lý do"]).value.startswith(f"Dòng {line}. {head}: ")
            found.value = right
        book.save(mended)
        upload(page, mended)
        expect(page.locator("#progress")).to_contain_text("Đã ghi 2 dòng.", timeout=60_000)
        until(lambda: counted(database, commune, "people_reached") == before[commune] + GOOD * 10 + 22)

        # The first file again: told as the same, and nothing is written.
        upload(page, file)
        expect(page.locator("#progress")).to_contain_text("Không có gì mới để ghi, 2 dòng chưa nhận.", timeout=60_000)
        expect(page.locator("#progress")).to_contain_text(f"lô {batch}")
        assert counted(database, commune, "people_reached") == before[commune] + GOOD * 10 + 22
        assert page.complaints == []
        assert board.complaints == []


def test_a_file_that_is_no_spreadsheet_is_told_in_one_sentence(people_at_portal, tmp_path):
    file = tmp_path / "bao cao.xlsx"
    file.write_bytes(b"%PDF-1.4 not a workbook")
    with people_at_portal.at(ADMIN, "/imports/", width=PHONE) as page:
        upload(page, file)
        expect(page.locator("#progress")).to_contain_text("Chưa ghi gì từ tệp này.", timeout=60_000)
        assert page.locator("#progress .is-error p").first.inner_text().endswith(".")
        assert page.complaints == []
