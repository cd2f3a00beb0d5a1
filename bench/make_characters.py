"""Make the table of Chinese characters: simplified form, Mandarin and Cantonese reading of each.

Needs `pypinyin`, `opencc-python-reimplemented` and `ToJyutping`; `python bench/make_characters.py TO`.
The readings are facts of the Unihan database by way of these packages; only the most common of each is kept.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

# What firms' names mean by characters of several readings.
READ_IN_NAMES = {
    "长": "chang",
    "長": "chang",
    "曾": "zeng",
    "晟": "sheng",
    "厦": "xia",
    "廈": "xia",
    "蚌": "beng",
    "都": "du",
}


def simplified() -> dict[str, str]:
    """Give the simplified form of each traditional character that has one of its own."""
    import opencc

    place = Path(str(opencc.__file__)).parent / "dictionary" / "TSCharacters.txt"
    rows = (line.split("\t") for line in place.read_text(encoding="utf-8").splitlines() if "\t" in line)
    return {old: new.split()[0] for old, new in rows if len(old) == 1}


def common() -> list[str]:
    """Give the characters of GB 2312, in order."""
    found = []
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                found.append(bytes((high, low)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return found


def main(target: Path) -> None:
    """Write one character a line: character, simplified form or nothing, Mandarin, Cantonese, without tones."""
    import ToJyutping
    from pypinyin import lazy_pinyin

    jyutping: Any = ToJyutping.get_jyutping_list
    plain, forms = common(), simplified()
    known = set(plain)
    traditional = sorted(old for old, new in forms.items() if new in known and old not in known)
    lines = [
        "# Character, its simplified form where it is another, Mandarin and Cantonese reading without tones.",
        "# Written by bench/make_characters.py with pypinyin, OpenCC and ToJyutping: facts of Unihan.",
    ]
    for mark in (*plain, *traditional):
        sound = READ_IN_NAMES.get(mark) or lazy_pinyin(mark, v_to_u=False)[0]
        heard = jyutping(mark)[0][1] or ""
        # A reading that is no Latin word is none.
        sound = sound if re.fullmatch(r"[a-z]+", sound) else ""
        form = forms.get(mark, "") if forms.get(mark) != mark else ""
        lines.append(f"{mark}\t{form}\t{sound}\t{re.sub(r'[0-9 ].*', '', heard)}")
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines) - 2:,} characters")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
