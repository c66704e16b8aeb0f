"""A recording: charts and the words beside them, frame by frame, as one page that needs no Python and no network."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import reduce
from importlib.metadata import version
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from toygan.chart import page
from toygan.chart.change import Change
from toygan.chart.chart import Chart
from toygan.chart.serial import deserialize
from toygan.chart.unwire import read_chart
from toygan.chart.wire import Key, Wire, encode

FOLDER = Path(__file__).parent
MOST_FRAMES = 301  # frames of a recording: its first, and 300 more
MOST_BYTES = 32 * 2**20  # of all frames; those of the default panels take a tenth of it
LEVELS = 4096  # of a place along an axis: a quarter of a pixel if the axis has a thousand
NAN_LEVEL = 2**16 - 1
SHARES = {"x": (-0.1, 1.1), "y": (-0.1, 1.1), "u": (-1.0, 1.0), "v": (-1.0, 1.0)}  # of an axis; the rest is not seen
RENAMED = {"knob": "remedy"}  # words in frames of toygan 0.1.0


class Newest(NamedTuple):
    """The newest frame before it becomes a change: most frames of a long run are replaced before they do."""

    iteration: int
    words: dict[str, str]
    charts: list[Chart]
    dropped: int  # frames between it and the last change


class Recording:
    """At most `limit` frames, evenly spread over the whole run however long, and the newest.

    If they no longer fit, every second one is dropped; from then on only every second new one stays. It does so too if
    they take more than `most` bytes, as long as there are more than two. A frame holds only what it adds to the one
    before. Raises ValueError for a limit below 2.
    """

    def __init__(self, limit: int = MOST_FRAMES, most: int = MOST_BYTES) -> None:
        if limit < 2:
            raise ValueError(f"limit={limit!r}: must be at least 2")
        self._changes: list[Change] = []
        self._newest: Newest | None = None
        self._limit, self._most, self._stride = limit, most, 1
        self._wire = Wire()  # knows the charts of the last change

    @property
    def frames(self) -> list[Change]:
        """All frames, by iteration."""
        self._settle()
        return self._changes

    @property
    def size(self) -> int:
        """The bytes that its frames hold."""
        return sum(frame.size for frame in self.frames)

    def __bool__(self) -> bool:
        return self._newest is not None or bool(self._changes)

    def add(self, iteration: int, words: Mapping[str, str], charts: Sequence[Chart]) -> None:
        """Add a frame; if its iteration is not a new one, it replaces all frames from there on."""
        last, dropped = self._newest, 0
        if last is not None and last.iteration < iteration and self._falls_between(last):
            dropped = last.dropped + 1
        else:
            self._settle()
        for chart in charts:
            encode(chart)  # as it is now: arrays of a later one may share its memory
        self._newest = Newest(iteration, dict(words), list(charts), dropped)

    def _falls_between(self, newest: Newest) -> bool:
        """Return True if a frame falls between two that stay, and so goes once there is a newer one."""
        return bool(self._changes) and (self._changes[-1].serial + 1 + newest.dropped) % self._stride != 0

    def _settle(self) -> None:
        """Make the newest frame a change."""
        newest, self._newest = self._newest, None
        if newest is None:
            return
        frame = Change.from_message(0, newest.iteration, newest.words, self._wire.message(newest.charts))
        while self._changes and self._changes[-1].iteration >= frame.iteration:
            frame = frame.after(self._changes.pop())
        if self._changes:
            frame = replace(frame, serial=self._changes[-1].serial + 1 + newest.dropped)
            if self._changes[-1].serial % self._stride:
                frame = frame.after(self._changes.pop())  # the newest so far falls between two that stay
        self._changes.append(frame)
        while len(self._changes) > self._limit or (len(self._changes) > 2 and self.size > self._most):
            self._thin()

    def find(self, iteration: int) -> Change:
        """Return the frame nearest to an iteration as one that needs none before it; ValueError if there are none."""
        if not self.frames:
            raise ValueError("recording: no frames")
        at = min(range(len(self.frames)), key=lambda i: abs(self.frames[i].iteration - iteration))
        return reduce(lambda all, next: next.after(all), self.frames[: at + 1])

    def charts(self, most: int) -> Iterator[tuple[Change, list[Chart]]]:
        """Yield at most so many frames, evenly spread and the newest, each with its charts."""
        words, arrays = list[Any](), dict[Key, np.ndarray]()
        last, stride = len(self.frames) - 1, max(1, -(-(len(self.frames) - 1) // max(1, most - 1)))
        for i, frame in enumerate(self.frames):
            if frame.whole:
                words, arrays = [], {}
            content, _ = frame.message()
            words = [new or old for new, old in zip_longest(content["charts"], words)]
            for key, news in frame.arrays.items():
                numbers = np.frombuffer(news.numbers, f"<{news.type}")
                before = arrays.get(key, numbers[:0])[: news.start]
                arrays[key] = np.concatenate([before, numbers])
            if i % stride == 0 or i == last:
                yield (
                    frame,
                    [
                        read_chart(chart, {(mark, field): x for (at, mark, field), x in arrays.items() if at == number})
                        for number, chart in enumerate(words)
                    ],
                )

    def _thin(self) -> None:
        """Drop every second frame but the newest; what a dropped one added goes to the next."""
        self._stride *= 2
        *others, newest = self._changes
        self._changes, dropped = [], None
        for frame in others:
            joined = frame if dropped is None else frame.after(dropped)
            dropped = joined if joined.serial % self._stride else None
            if dropped is None:
                self._changes.append(joined)
        self._changes.append(newest if dropped is None else newest.after(dropped))

    def serialize(self) -> tuple[Any, np.ndarray]:
        """Return all frames as JSON content and an array, so that an interrupted run can continue with them."""
        changes, numbers = [], list[bytes]()
        for frame in self.frames:
            content, buffers = frame.message()
            changes.append([frame.serial, frame.iteration, frame.words, content, [len(buffer) for buffer in buffers]])
            numbers += buffers
        return {"stride": self._stride, "changes": changes}, np.frombuffer(b"".join(numbers), np.uint8)

    @staticmethod
    def deserialize(meta: Any, numbers: np.ndarray) -> Recording:
        """Return the recording that was serialized so; ValueError, LookupError or TypeError for other content."""
        recording, at = Recording(), 0
        recording._stride = int(meta["stride"])
        if "charts" in meta:
            recording._replay(meta, numbers)
            return recording
        for serial, iteration, words, content, lengths in meta["changes"]:
            ends = at + np.cumsum([0, *lengths])
            buffers = [numbers[start:end].tobytes() for start, end in pairwise(ends)]
            recording._changes.append(Change.from_message(serial, iteration, words, (content, buffers)))
            at = ends[-1]
        if recording._changes:
            recording._wire.learn(*reduce(lambda all, next: next.after(all), recording._changes).message())
        return recording

    def _replay(self, meta: Any, numbers: np.ndarray) -> None:
        """Take the frames that toygan 0.1.0 has serialized."""
        rows = deserialize(meta["charts"], numbers)
        for (serial, iteration, words), charts in zip(meta["frames"], rows, strict=True):
            renamed = {RENAMED.get(name, name): text for name, text in words.items()}
            self._changes.append(Change.from_message(serial, iteration, renamed, self._wire.message(charts)))

    def html(self, title: str, about: str) -> bytes:
        """Return the page, under a title and a line about it; ValueError if there are no frames.

        Of the words of a frame the page shows `status`, `recipe`, `verdict`, `evidence`, `cause` and `remedy`.
        """
        frames = self.embed()
        recorded = f"{about} · recorded by toygan {version('toygan')} on {date.today()}"
        style = page.build_stylesheet(FOLDER / "recording.css")
        script = page.build_script(*(FOLDER / f"{name}.js" for name in ("recording", "playbar", "player")))
        return page.build_document(title, recorded, "recording", style, script, {"frames": ("octet-stream", frames)})

    def embed(self) -> str:
        """Return all frames as text in a page, which recording.js reads; ValueError if there are none."""
        if not self.frames:
            raise ValueError("recording: no frames")
        return base64.b64encode(zlib.compress(self._pack(), 9)).decode()

    def _pack(self) -> bytes:
        """Return what recording.js unpacks: the length of the JSON (u4), the JSON, and the numbers it describes."""
        charts, meta, numbers = list[Any](), list[Any](), list[bytes]()
        for frame in self.frames:
            content, buffers = frame.message()
            charts = [new or old for new, old in zip_longest(content["charts"], [] if frame.whole else charts)]
            arrays = zip(content["arrays"], buffers, strict=True)
            packed = [_pack_array(entry, buffer, charts[entry[0]]) for entry, buffer in arrays]
            content["arrays"] = [entry for entry, _ in packed]
            numbers += [buffer for _, buffer in packed]
            meta.append({"iteration": frame.iteration, "words": frame.words, **content})
        head = json.dumps(meta, separators=(",", ":"), allow_nan=False).encode()
        return b"".join([len(head).to_bytes(4, "little"), head, *numbers])


def _pack_array(entry: list[Any], buffer: bytes, chart: Any) -> tuple[list[Any], bytes]:
    """Return an array of the wire with its length in bytes, in a form that compresses better.

    Places along an axis become levels ("u2") with their scale, all low bytes before all high bytes, which are much
    alike. A surface becomes differences to the left neighbour, and those differences to the row below (modulo 256).
    """
    i, name, field, kind, start = entry
    mark: Any = next((mark for mark in chart["marks"] if mark["name"] == name), {"kind": "gone"})
    if mark["kind"] == "surface":
        values, columns = np.frombuffer(buffer, np.uint8).copy(), mark["columns"]
        for lag in (1, columns):
            values[lag:] -= values[:-lag].copy()
        return [i, name, field, kind, start, len(buffer), columns], values.tobytes()
    if field not in SHARES or mark["kind"] not in ("points", "arrows"):
        return [i, name, field, kind, start, len(buffer)], buffer
    axis = chart["x" if field in "xu" else "y"]
    width = axis["high"] - axis["low"]
    from_share, to_share = SHARES[field]
    low = from_share * width + (axis["low"] if field in "xy" else 0)
    step = (to_share - from_share) * width / (LEVELS - 1)
    values = np.frombuffer(buffer, "<f4")
    levels = np.clip(np.nan_to_num((values - low) / step), 0, LEVELS - 1).round().astype("<u2")
    levels[np.isnan(values)] = NAN_LEVEL
    planes = levels.view(np.uint8).reshape(-1, 2).T.tobytes()
    return [i, name, field, "u2", start, len(planes), low, step], planes
