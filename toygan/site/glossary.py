"""The words of the glossary: each row has an address, and lessons link to it where they set a word in bold."""

from __future__ import annotations

import re
from collections.abc import Mapping

ROW = re.compile(r"<td([^>]*)><strong>([^<]+)</strong></td>")
NUMBERS = re.compile(r"<td([^>]*)>(\d+(?:, \d+)*)</td>")
BOLD = re.compile(r"<strong>([^<]+)</strong>")


def mark_words(html: str, lessons: Mapping[int, str]) -> tuple[str, dict[str, str]]:
    """Return the glossary with an address at each word, and the addresses by word in small letters.

    The numbers in its last column link to `lessons`, the names of the pages by number.
    """
    words: dict[str, str] = {}

    def mark(found: re.Match[str]) -> str:
        names = found[2].split(", ")
        address = re.sub(r"\W+", "-", names[-1].lower())
        words.update(dict.fromkeys((name.lower() for name in names), address))
        return f'<td{found[1]} id="{address}"><strong>{found[2]}</strong></td>'

    def link(found: re.Match[str]) -> str:
        numbers = [
            f'<a href="{lessons[int(number)]}.html">{number}</a>' if int(number) in lessons else number
            for number in found[2].split(", ")
        ]
        return f"<td{found[1]}>{', '.join(numbers)}</td>"

    return NUMBERS.sub(link, ROW.sub(mark, html)), words


def link_words(html: str, words: Mapping[str, str]) -> str:
    """Return HTML in which each word in bold that the glossary has links to it."""

    def link(found: re.Match[str]) -> str:
        address = words.get(found[1].lower())
        return found[0] if address is None else f'<a class="site-word" href="glossary.html#{address}">{found[0]}</a>'

    return BOLD.sub(link, html)
