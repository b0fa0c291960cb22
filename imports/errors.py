"""What can go wrong with a file, in the words of the person who sent it."""

from collections.abc import Sequence


class Unusable(Exception):
    """The file as a whole cannot be used. The text is one Vietnamese sentence; nothing was written."""


class Refusal(Exception):
    """One cell, or one row, cannot be taken. The others are.

    `code` is stable and English, `message` Vietnamese: what is wrong and what to do; `suggestions` are values that
    would be taken; `field` names the field of the kind where it is not the one being read.
    """

    def __init__(self, code: str, message: str, suggestions: Sequence[str] = (), *, field: str | None = None):
        super().__init__(message)
        self.code = code
        self.message = message
        self.suggestions = list(suggestions)
        self.field = field
