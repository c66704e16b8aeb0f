"""The text of a CSV file as people have it: its separator, its line of names, and which of its lines are rows.

A record is the text of a row: one line, or several if a quoted cell holds line ends. Blank lines and lines that begin
with `#` are no rows, and what follows a `#` after the last column is left out.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import IO, NamedTuple

from toygan.files import Refusal
from toygan.text import short

MOST_ROWS = 2**20
MOST_LETTERS = 2**20  # of a line
MOST_LINES = 1000  # of a quoted cell
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|[-+]?(?:inf|infinity)", re.ASCII | re.IGNORECASE)
DATE = re.compile(  # or a time of day
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))(?:[T ].*)?|\d{1,2}:\d{2}(?::\d{2}.*)?",
    re.ASCII,
)
NO_NUMBER = ("", "-", "--", ".", "?", "NA", "N/A", "n/a", "na", "<NA>", "NaN", "nan", "-nan", "NULL", "null", "None")
FAILED = ("#N/A", "#NA", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!")  # formulas of Excel
MISSING = frozenset(NO_NUMBER + FAILED)
SEPARATORS = ("\t", ";", "|", ",")
BLANK = " "  # the separator of columns between which there are only blanks
MADE_UP = re.compile(r"Unnamed: \d+(\.\d+)*")  # the name that pandas gives a column without one


class TextRecord(NamedTuple):
    """The text of a row, and the line in which it begins."""

    line: int
    text: str


class Layout(NamedTuple):
    """How a file is laid out: its separator, and the names of its columns, of which some may be empty."""

    separator: str
    names: tuple[str, ...]
    named: bool  # False: the names are those of toygan, "0", "1" ...


def open_text(content: IO[bytes]) -> io.TextIOWrapper:
    """Return the text of a file: UTF-16 if it says so, or else UTF-8, with single letters of Latin-1 in it."""
    start = content.read(2)
    content.seek(0)
    encoding = "utf-16" if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    return io.TextIOWrapper(content, encoding=encoding, errors="toygan-latin-1")


def _read_latin_1(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are not UTF-8 as Latin-1, which older programs write."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("toygan-latin-1", _read_latin_1)


def split_records(content: io.TextIOWrapper) -> Iterator[TextRecord]:
    """Yield all records, and comments; raise Refusal if a line is too long or not text, or a quote has no end."""
    number, begun = 0, TextRecord(0, "")
    while line := content.readline(MOST_LETTERS + 1):
        number += 1
        if "\0" in line:
            raise Refusal(f"line {number} is not text: it holds a byte 0")
        if len(line) > MOST_LETTERS:
            raise Refusal(f"line {number} has more than {MOST_LETTERS:,} characters")
        if number > 2 * MOST_ROWS:
            raise Refusal(f"more than {2 * MOST_ROWS:,} lines")
        if '"' not in line and not begun.text:  # most lines
            if text := line.strip(" \r\n"):
                yield TextRecord(number, text)
            continue
        begun = TextRecord(begun.line, begun.text + line) if begun.text else TextRecord(number, line)
        if any(not found[3] for found in _ANY_QUOTED.finditer(begun.text)):
            if number - begun.line >= MOST_LINES or len(begun.text) > MOST_LETTERS:
                break
            continue
        if begun.text.strip(" \r\n"):
            yield TextRecord(begun.line, begun.text.strip(" \r\n"))
        begun = TextRecord(0, "")
    if begun.text:
        raise Refusal(f"the quote that begins in line {begun.line} has no end")


def is_comment(text: str) -> bool:
    """Return True for the text of a comment; the mark of a failed formula begins none."""
    return text.startswith("#") and not text.startswith(FAILED)


def _quoted(separators: str) -> re.Pattern[str]:
    """Return the pattern of a quoted cell: what stands before it, the cell, and its last quote if it has one."""
    return re.compile(rf'(^|[{re.escape(separators)}] *)("[^"]*(?:""[^"]*)*("|\Z))')


_ANY_QUOTED = _quoted("".join(SEPARATORS))
_QUOTED = {separator: _quoted(separator) for separator in (*SEPARATORS, BLANK)}


def _hide_quoted(text: str, separator: str) -> str:
    """Return the text with letters in place of quoted cells, which may hold separators."""
    if '"' not in text:
        return text
    return _QUOTED[separator].sub(lambda found: found[1] + "q" * len(found[2]), text)


def count_cells(text: str, separator: str) -> int:
    """Return the number of cells of a record."""
    plain = _hide_quoted(text, separator)
    return len(plain.split()) if separator == BLANK else plain.count(separator) + 1


def cut_record(text: str, separator: str, width: int) -> str:
    """Return a record without the separators and the comment after its last column."""
    if "#" in text:
        at = _hide_quoted(text, separator).find("#")
        if at > 0 and count_cells(text[:at], separator) == width and not text[at:].startswith(FAILED):
            text = text[:at].rstrip(" ")
    surplus = 0 if separator == BLANK else count_cells(text, separator) - width
    if surplus > 0:
        kept = text.rstrip(separator + " ")
        text = kept + separator * (text[len(kept) :].count(separator) - surplus)
    return text


def split_cells(text: str, separator: str) -> list[str]:
    """Return the cells of a record, without quotes and outer blanks."""
    plain = _hide_quoted(text, separator)
    if separator == BLANK:
        spans = [found.span() for found in re.finditer(r"\S+", plain)]
    else:
        ends = [-1, *(found.start() for found in re.finditer(re.escape(separator), plain)), len(plain)]
        spans = [(before + 1, end) for before, end in pairwise(ends)]
    return [" ".join(text[start:end].split()).strip('"').replace('""', '"').strip() for start, end in spans]


def find_separator(first: str, second: str) -> str:
    """Return the separator of two records: one that is in both equally often, or else in the first."""
    counts = {s: (count_cells(first, s), count_cells(second, s)) for s in SEPARATORS}
    for separator, (above, below) in counts.items():
        if above > 1 and (above == below or not second):
            return separator
    for separator, (above, below) in counts.items():
        if above > 1 and below > 1:
            return separator
    if all(above == 1 for above, _ in counts.values()) and _are_numbers(
        (cells := split_cells(second, BLANK))[1:] or cells, BLANK
    ):
        names = split_cells(first, BLANK)
        if len(cells) > 1 and len(names) in (len(cells), len(cells) - 1):
            return BLANK
    return ","


def read_number(cell: str, separator: str) -> float | None:
    """Return the number of a cell, or None; a decimal comma is one if commas do not separate the columns."""
    if separator != "," and cell.count(",") == 1 and "." not in cell:
        cell = cell.replace(",", ".")
    return float(cell) if NUMBER.fullmatch(cell) else None


def _are_numbers(cells: Sequence[str], separator: str) -> bool:
    """Return True if there are numbers, and otherwise only missing ones."""
    found = [read_number(cell, separator) is not None for cell in cells if cell not in MISSING]
    return bool(found) and all(found)


def find_layout(comment: str, first: TextRecord, second: str) -> tuple[Layout, bool]:
    """Find the layout of a file from its last leading comment, its first record and the text of its second.

    Returns:
        The layout, and whether the first record is a row.
    """
    separator = find_separator(first.text, second)
    cells, below = split_cells(first.text, separator), split_cells(second, separator)
    while len(cells) > 1 and not cells[-1] and not (len(below) >= len(cells) and below[len(cells) - 1]):
        cells.pop()
    if _are_numbers(cells, separator) and not _counts_columns(cells, below):
        names = split_cells(comment, separator)
        if all(names) and len(names) == len(cells) and not _are_numbers(names, separator):
            return Layout(separator, tuple(names), True), True
        return Layout(separator, tuple(map(str, range(len(cells)))), False), True
    _refuse_a_row(cells, below, separator, first.line)
    cells[0] = cells[0].removeprefix("#").strip()  # NumPy's savetxt makes the names a comment
    index = separator != "," or not below or second.startswith('"') or not NUMBER.fullmatch(below[0])
    if len(below) == len(cells) + 1 and below[-1] and index:
        cells.insert(0, "")  # R's names of rows
    return Layout(separator, tuple(cells), True), False


def _counts_columns(cells: Sequence[str], below: Sequence[str]) -> bool:
    """Return True for the names 0, 1, 2 ... that pandas gives columns, after that of the index if there is one."""
    after = cells[1:] if cells and not cells[0] else cells
    counted = list(after) == [str(i) for i in range(len(after))]
    return counted and (len(after) > 2 or not cells[0] or any(not cell.isdigit() for cell in below))


def _refuse_a_row(cells: Sequence[str], below: Sequence[str], separator: str, line: int) -> None:
    """Raise Refusal if the line of names seems to be a row: it has a number with decimals, or a date as that below."""
    if all(read_number(cell, separator) is None for cell in cells):
        return
    for i, cell in enumerate(cells):
        number = read_number(cell, separator) is not None
        like = i < len(below) and re.sub(r"\d", "0", cell) == re.sub(r"\d", "0", below[i])
        if not cell.isdigit() and (number or (like and any(map(str.isdigit, cell)))):
            raise Refusal(f"line {line} must name the columns, and holds {short(cell)}; put a line of names above it")
