"""docs/indicators.md says what the catalogue has."""

from reports import catalogue_doc


def test_the_page_of_indicators_is_up_to_date():
    written = catalogue_doc.PAGE.read_text(encoding="utf-8")
    assert written == catalogue_doc.page(), "Run: .venv/bin/python -m reports.catalogue_doc"


def test_every_indicator_and_element_stands_in_the_tables():
    text = catalogue_doc.tables()
    for path in ("reports/data/indicators.csv", "activities/data/elements.csv"):
        for row in catalogue_doc.rows(path):
            assert f"| `{row['code']}` |" in text


def test_a_rate_is_written_as_its_two_sides_and_its_target_in_per_cent():
    rate = next(line for line in catalogue_doc.tables().splitlines() if "`smart_village_rate`" in line)
    assert "`smart_villages` ÷ `villages`" in rate
    assert "| 25 % |" in rate
