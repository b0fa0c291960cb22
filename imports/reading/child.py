"""Reads one workbook or csv file and writes its sheets, pickled, to standard output. Run by `imports.reading.reader`.

It runs alone, without Django and under a limit of memory: a broken or hostile file ends this process and no other.
Exit code 0, or 3 with one line on standard error: a word that the parent turns into a sentence.
"""

import io
import pickle
import resource
import sys
from pathlib import Path

MEGABYTE = 1024 * 1024


class Cannot(Exception):
    """The file cannot be read; the text is one of the words that the parent knows."""


def workbook(path: str) -> list[dict]:
    import python_calamine as calamine

    try:
        book = opened(path)
    except calamine.PasswordError:
        raise Cannot("password") from None
    except (calamine.CalamineError, OSError, ValueError):
        raise Cannot("broken") from None
    sheets = []
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            sheet = book.get_sheet_by_name(meta.name)
        except (calamine.CalamineError, ValueError):
            raise Cannot("broken") from None
        first_row, first_column = sheet.start or (0, 0)
        sheets.append(
            {
                "name": meta.name,
                "hidden": meta.visible != calamine.SheetVisibleEnum.Visible,
                "first_row": first_row,
                "first_column": first_column,
                "rows": sheet.to_python(skip_empty_area=True),
                "merged": sheet.merged_cell_ranges or [],
            }
        )
    return sheets


def opened(path: str):
    """By its name, which tells a password from a fault; else by its content, whatever its name."""
    import python_calamine as calamine

    try:
        return calamine.CalamineWorkbook.from_path(path)
    except calamine.PasswordError:
        raise
    except calamine.CalamineError:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(Path(path).read_bytes()))


def separated(path: str) -> list[dict]:
    import csv

    raw = Path(path).read_bytes()
    text = decoded(raw)
    sample = text[: 64 * 1024]
    lines = [line for line in sample.splitlines()[:50] if line.strip()]
    # The mark that most lines have, and have alike, separates; a sniffer guesses letters where a title comes first.
    best = max(";\t,|", key=lambda mark: sum(line.count(mark) for line in lines))
    csv.field_size_limit(MEGABYTE)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=best))
    except csv.Error:
        raise Cannot("broken") from None
    return [{"name": "", "hidden": False, "first_row": 0, "first_column": 0, "rows": rows, "merged": []}]


def decoded(raw: bytes) -> str:
    """UTF-8 or UTF-16, with or without a mark at the start, else Windows-1258."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif raw.startswith(b"\xef\xbb\xbf"):
        encodings = ["utf-8-sig"]
    elif raw[:4000].count(b"\x00") > len(raw[:4000]) // 5:
        # Latin letters of UTF-16 have a zero byte each: in odd places when little-endian.
        encodings = ["utf-16-le" if raw[1:4000:2].count(0) >= raw[0:4000:2].count(0) else "utf-16-be"]
    else:
        encodings = ["utf-8", "cp1258"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise Cannot("encoding")


def main() -> int:
    kind, path, megabytes = sys.argv[1], sys.argv[2], int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * MEGABYTE, megabytes * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        sheets = separated(path) if kind == "csv" else workbook(path)
        pickle.dump(sheets, sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)
    except Cannot as reason:
        print(reason, file=sys.stderr)
        return 3
    except MemoryError:
        print("too_large", file=sys.stderr)
        return 3
    except BaseException as panic:  # a panic of the Rust reader is no Exception
        if isinstance(panic, (KeyboardInterrupt, SystemExit)):
            raise
        print("broken", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
