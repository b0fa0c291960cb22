"""The imports of the demo's workbooks: new, and again unchanged. The floor is reading the file, with nothing else."""

from __future__ import annotations

from ground import portal, seconds, tell


def main() -> None:
    from django.db import transaction
    from python_calamine import CalamineWorkbook

    from imports import actions
    from reports import demo

    def bring_in(kind: str, path, as_of) -> None:
        actions.import_file(kind=kind, path=path, as_of=as_of, province=demo.PROVINCE)

    def read(path) -> None:
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()

    with transaction.atomic():
        for kind, filename, as_of in demo.FILES:
            path = demo.WORKBOOKS / filename
            floor = seconds(lambda path=path: read(path), times=3)
            for how in ("new", "again"):
                taken = seconds(lambda k=kind, p=path, d=as_of: bring_in(k, p, d))
                tell(f"{filename}, {kind}, {how}", taken, floor)
        transaction.set_rollback(True)


if __name__ == "__main__":
    with portal(demo=False):
        main()
