"""Keys of Vietnamese text, made by the database so that no way of writing a row can forget them.

`SearchKey` drops case, accents and the difference between đ and d; `SortKey` gives the Vietnamese order
(a ă â b c d đ e ê …, tones à ả ã á ạ, digits by value) under COLLATE "C". Both are SQL functions of migration
`areas.0001`, used in generated columns and on the words a user types, so both sides are always cut alike.
"""

from django.db.models import CharField, Func


class SearchKey(Func):
    """`Xã Yên Thọ` → `xa yen tho`."""

    function = "cnscd_search_key"
    arity = 1
    output_field = CharField()


class SortKey(Func):
    """A text that sorts under COLLATE "C" as a Vietnamese reader expects."""

    function = "cnscd_sort_key"
    arity = 1
    output_field = CharField()
