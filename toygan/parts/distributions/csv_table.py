"""Numbers in the columns of a CSV file that are asked for; the others may hold anything."""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import numpy as np

from toygan.files import Refusal
from toygan.parts.distributions.csv_text import (
    BLANK,
    DATE,
    MADE_UP,
    MISSING,
    MOST_ROWS,
    Layout,
    TextRecord,
    count_cells,
    cut_record,
    find_layout,
    is_comment,
    open_text,
    read_number,
    split_records,
)
from toygan.parts.distributions.layout import MOST_LEVELS
from toygan.text import format_number, short

if TYPE_CHECKING:
    import pandas as pd

MOST_COLUMNS = 64
BLOCK_ROWS, BLOCK_LETTERS = 2**16, 2**23  # that are parsed at a time
SHOWN = 4  # missing cells that a message names
MOST_SHOWN = 60  # letters of names of columns in a message

Chooser = Callable[[Sequence[str]], list[int]]  # from the names of all columns to the numbers of those to read
Block = tuple[np.ndarray, np.ndarray]  # rows of numbers, and the line of each


class CsvRows(NamedTuple):
    """What was read of a CSV file.

    The numbers `(n, columns)` are those of levels in categories. Then the line of each row, the names of the columns
    (None if the file names none), and the levels of each column, none if it holds numbers.
    """

    numbers: np.ndarray
    lines: np.ndarray
    names: list[str] | None
    levels: list[tuple[str, ...]]


def read_csv(content: IO[bytes], choose: Chooser | None, drop: bool, categories: Chooser | None = None) -> CsvRows:
    """Read the chosen columns of a CSV file.

    Args:
        content: The file.
        choose: What selects columns by their names [default: all that have a name].
        drop: Whether rows with missing cells are left out.
        categories: What selects those of the chosen columns that hold categories [default: none].
    Raises:
        Refusal: If a line has too many or too few cells, or a chosen cell holds no number.
    """
    with open_text(content) as text:
        records = split_records(text)
        layout, rows = _begin(records)
        chosen = _choose(layout, choose)
        names = [layout.names[i] for i in chosen]
        counted = {chosen[i]: Levels(names[i]) for i in (categories(names) if categories else ())}
        numbers, lines = _join(_read_blocks(rows, layout, chosen, counted), drop, names)
    levels = [counted[i].sort(numbers[:, at]) if i in counted else () for at, i in enumerate(chosen)]
    return CsvRows(numbers, lines, names if layout.named or counted else None, levels)


def find_text(content: IO[bytes], choose: Chooser | None) -> list[str]:
    """Return the names of the chosen columns that hold text, and neither a number nor a date, in the first rows.

    Args:
        content: A CSV file.
        choose: What selects columns by their names [default: all that have a name].
    """
    with open_text(content) as text:
        layout, rows = _begin(split_records(text))
        chosen = _choose(layout, choose)
        if (block := next(_collect(rows, layout), None)) is None:
            return []
        frame = _split(*block, layout, chosen)
    held = {i: {cell.strip() for cell in frame[i] if isinstance(cell, str)} - MISSING for i in chosen}
    return [layout.names[i] for i, cells in held.items() if holds_text(cells, layout.separator)]


def holds_text(cells: Collection[str], separator: str = ",") -> bool:
    """Return True if there are cells, and neither a number nor a date is among them."""
    return bool(cells) and not any(DATE.fullmatch(cell) or read_number(cell, separator) is not None for cell in cells)


class Levels:
    """The different values of a column of categories, numbered as they appear; `name` is that of the column."""

    def __init__(self, name: str) -> None:
        self._name, self._numbers = name, dict[str, int]()

    def count(self, cells: np.ndarray, missing: np.ndarray) -> np.ndarray:
        """Return the number of each cell, NaN if it is missing; Refusal for more values than categories may have."""
        numbers = np.full(len(cells), np.nan)
        for i in np.flatnonzero(~missing).tolist():
            if (words := cells[i].strip()) not in MISSING:
                numbers[i] = self._numbers.setdefault(words, len(self._numbers))
            if len(self._numbers) > MOST_LEVELS:
                raise Refusal(f"column {short(self._name)} has more than {MOST_LEVELS} values, too many for categories")
        return numbers

    def sort(self, numbers: np.ndarray) -> tuple[str, ...]:
        """Return the levels that occur in a column, sorted, and put their new numbers into it."""
        words = list(self._numbers)
        values = {i: read_number(words[i], "") for i in np.unique(numbers).astype(int).tolist()}
        counted = None not in values.values()
        order = sorted(values, key=lambda i: (values[i] if counted else 0, words[i]))
        places = np.zeros(len(words))
        places[order] = np.arange(len(order))
        numbers[:] = places[numbers.astype(int)]
        return tuple(words[i] for i in order)


def _begin(records: Iterator[TextRecord]) -> tuple[Layout, Iterator[TextRecord]]:
    """Return the layout of a file, and the records of its rows."""
    comment, first = "", None
    for record in records:
        if record.text.lower().startswith("sep=") and len(record.text) == 5:  # Excel's
            continue
        if not is_comment(record.text):
            first = record
            break
        comment = record.text.lstrip("# ")
    rows = (record for record in records if not is_comment(record.text))
    if first is None:
        return Layout(",", tuple(comment.split(",")) if comment else (), True), rows
    second = next(rows, None)
    layout, is_row = find_layout(comment, first, second.text if second else "")
    before = [record for record in (first if is_row else None, second) if record]
    return layout, chain(before, rows)


def _choose(layout: Layout, choose: Chooser | None) -> list[int]:
    """Return the numbers of the columns to read; Refusal if there is none, or if there are too many."""
    every = [i for i, name in enumerate(layout.names) if name and not MADE_UP.fullmatch(name)]
    chosen = choose(layout.names) if choose else every
    if not 1 <= len(chosen) <= MOST_COLUMNS:
        raise Refusal(f"{len(chosen):,} columns; must be 1 to {MOST_COLUMNS}")
    return chosen


def _read_blocks(
    rows: Iterator[TextRecord], layout: Layout, chosen: Sequence[int], counted: Mapping[int, Levels]
) -> Iterator[Block]:
    """Yield the numbers of some rows at a time."""
    for texts, lines in _collect(rows, layout):
        yield _parse(texts, lines, layout, chosen, counted), np.array(lines)


def _collect(rows: Iterator[TextRecord], layout: Layout) -> Iterator[tuple[list[str], list[int]]]:
    """Yield the texts of some rows at a time, and the line of each."""
    lines, texts, letters = list[int](), list[str](), 0
    width, separator = len(layout.names), layout.separator
    for line, whole in rows:
        text = whole
        if separator == BLANK or text.count(separator) != width - 1 or '"' in text or "#" in text:  # few lines
            text = cut_record(whole, separator, width)
            if not text.strip(separator + " "):
                continue
            if (there := count_cells(text, separator)) != width:
                raise Refusal(f"the number of columns is {there} in line {line}, and {width} in the header")
        elif text[0] == separator and not text.strip(separator + " "):
            continue
        lines.append(line)
        texts.append(text)
        letters += len(text)
        if letters > BLOCK_LETTERS or len(texts) == BLOCK_ROWS:
            yield texts, lines
            lines, texts, letters = [], [], 0
    if texts:
        yield texts, lines


def _parse(
    texts: Sequence[str], lines: Sequence[int], layout: Layout, chosen: Sequence[int], counted: Mapping[int, Levels]
) -> np.ndarray:
    """Return the numbers of the chosen columns; NaN where one is missing."""
    if not counted and not any('"' in text for text in texts):
        blank = layout.separator == BLANK
        with contextlib.suppress(ValueError):  # several times faster, where all cells are plain numbers
            return np.loadtxt(
                texts, delimiter=None if blank else layout.separator, comments=None, usecols=chosen, ndmin=2
            )
    return _parse_cells(texts, lines, layout, chosen, counted)


def _parse_cells(
    texts: Sequence[str], lines: Sequence[int], layout: Layout, chosen: Sequence[int], counted: Mapping[int, Levels]
) -> np.ndarray:
    """Return the same of texts in which cells are quoted, missing, names of categories, or written otherwise."""
    frame = _split(texts, lines, layout, chosen)
    names = [layout.names[i] for i in chosen]
    columns = []
    for name, i in zip(names, chosen, strict=True):
        missing, cells = frame[i].isna().to_numpy(), frame[i].to_numpy(dtype=object)
        if i in counted:
            columns.append(counted[i].count(cells, missing))
            continue
        try:
            columns.append(_convert(cells, missing, name, layout.separator, lines))
        except Refusal as error:
            raise Refusal(f"{error}{_suggest(name, names, cells, layout.separator)}") from None
    return np.stack(columns, axis=1)


def _split(texts: Sequence[str], lines: Sequence[int], layout: Layout, chosen: Sequence[int]) -> pd.DataFrame:
    """Return the cells of the chosen columns as texts."""
    import pandas as pd

    frame = pd.read_csv(
        io.StringIO("\n".join(texts)),
        sep=r"\s+" if layout.separator == BLANK else layout.separator,
        header=None,
        names=list(range(len(layout.names))),
        index_col=False,
        usecols=sorted(set(chosen)),
        skipinitialspace=True,
        skip_blank_lines=False,
        na_values=sorted(MISSING),
        keep_default_na=False,
        dtype=object,  # texts, since pandas before 3 rounds the last digit of numbers
    )
    if len(frame) != len(texts):
        raise Refusal(f"the quotes between line {lines[0]} and line {lines[-1]} do not match")
    return frame


def _suggest(name: str, names: Sequence[str], cells: np.ndarray, separator: str) -> str:
    """Return what to do about a column that holds no numbers, as the end of a message."""
    words = [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip() not in MISSING]
    text = not any(word[:1].isdigit() or read_number(word, separator) is not None for word in words)
    ways = [f"categories={_list_names([name])} takes its values as categories"] if text else []
    if others := [other for other in names if other != name]:
        ways.append(f"columns={_list_names(others)} leaves it out")
    return "; " + ", ".join(ways) if ways else ""


def _list_names(names: Sequence[str]) -> str:
    """Return names as an argument that reads them."""
    quoted = ",".join(f'"{name}"' if "," in name else name for name in names)
    return f"'{quoted}'" if len(quoted) <= MOST_SHOWN else "..."


def _convert(cells: np.ndarray, missing: np.ndarray, name: str, separator: str, lines: Sequence[int]) -> np.ndarray:
    """Return a column as numbers; Refusal that names the first cell that is none."""
    with contextlib.suppress(ValueError):
        numbers: np.ndarray = cells.astype(np.float64)
        if not any("_" in cell or not cell.isascii() for cell in cells[~missing]):  # Python allows 1_000
            return numbers
    numbers = np.full(len(cells), np.nan)
    for i in np.flatnonzero(~missing).tolist():
        words = cells[i].strip()
        value = math.nan if words in MISSING else read_number(words, separator)
        if value is None:
            raise Refusal(f"line {lines[i]} of column {short(name)} holds {short(words)}, which is not a number")
        numbers[i] = value
    return numbers


def _join(blocks: Iterator[Block], drop: bool, names: Sequence[str]) -> Block:
    """Join blocks of rows; Refusal that names missing cells, unless their rows are to be dropped."""
    kept, kept_lines, count, total, missing = list[np.ndarray](), list[np.ndarray](), 0, 0, list[Any]()
    for numbers, lines in blocks:
        absent = np.isnan(numbers)
        count += int(absent.sum())
        missing += [(lines[i], names[j]) for i, j in np.argwhere(absent)[: SHOWN - len(missing)]]
        whole = ~absent.any(axis=1) if drop else slice(None)
        kept.append(numbers[whole])
        kept_lines.append(lines[whole])
        total += len(kept[-1])
        if total > MOST_ROWS:
            raise Refusal(f"more than {MOST_ROWS:,} rows")
    if count and not drop:
        places = ", ".join(f"line {line} of column {short(name)}" for line, name in missing)
        more = f" and {format_number(count - len(missing))} more" if count > len(missing) else ""
        raise Refusal(f"no number in {places}{more}; missing=drop leaves these rows out")
    if not kept:
        return np.zeros((0, len(names))), np.zeros(0, dtype=int)
    return np.concatenate(kept), np.concatenate(kept_lines)
