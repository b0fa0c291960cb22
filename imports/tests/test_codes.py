"""Every reason for which a row is refused is met in some test."""

import re
from pathlib import Path

IMPORTS = Path(__file__).parents[1]


def test_every_code_of_a_refusal_is_tested():
    source = "\n".join(path.read_text() for path in IMPORTS.rglob("*.py") if "tests" not in path.parts)
    codes = set(re.findall(r'Refusal\(\s*"(\w+)"', source))
    tests = "\n".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert len(codes) > 40
    assert {code for code in codes if f'"{code}"' not in tests} == set()
