"""A file into sheets of cells, in a process of its own, so that no file can take the portal down with it."""

from imports.reading.reader import EXTENSIONS, Sheet, read

__all__ = ["EXTENSIONS", "Sheet", "read"]
