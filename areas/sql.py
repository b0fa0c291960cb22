"""SQL of the areas app that Django cannot say: the text functions behind `areas.text`."""

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {
    "a": "àảãáạ", "ă": "ằẳẵắặ", "â": "ầẩẫấậ", "e": "èẻẽéẹ", "ê": "ềểễếệ", "i": "ìỉĩíị",
    "o": "òỏõóọ", "ô": "ồổỗốộ", "ơ": "ờởỡớợ", "u": "ùủũúụ", "ư": "ừửữứự", "y": "ỳỷỹýỵ",
}  # fmt: skip
_RANK = {letter: chr(ord("A") + place) for place, letter in enumerate(_LETTERS)}

_FROM = _LETTERS + "".join(_TONES.values())
_PRIMARY = "".join(_RANK[x] for x in _LETTERS) + "".join(_RANK[base] * 5 for base in _TONES)
_SECONDARY = "0" * len(_LETTERS) + "12345" * len(_TONES)

# The digits are padded to eight so that "Thôn 10" follows "Thôn 9".
TEXT_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION cnscd_search_key(text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT lower(public.unaccent('public.unaccent'::regdictionary, normalize($1, NFC)))
$$;

CREATE OR REPLACE FUNCTION cnscd_sort_key(text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT regexp_replace(regexp_replace(translate(k, '{_FROM}', '{_PRIMARY.replace("'", "''")}'),
                                       '([0-9]+)', '0000000\\1', 'g'), '[0-9]*([0-9]{{8}})(?![0-9])', '\\1', 'g')
         || ' ' || translate(k, '{_FROM}', '{_SECONDARY}')
  FROM (SELECT lower(normalize($1, NFC)) AS k) AS folded
$$;
"""

DROP_TEXT_FUNCTIONS = "DROP FUNCTION cnscd_search_key(text); DROP FUNCTION cnscd_sort_key(text);"
