"""A recording: charts and the words beside them, frame by frame, as one page that needs no Python and no network."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from toygan.chart import page
from toygan.chart.chart import Chart
from toygan.chart.marks import Arrows, Mark, Points, Surface
from toygan.chart.serial import deserialize, serialize
from toygan.chart.wire import Wire

FOLDER = Path(__file__).parent
MOST_FRAMES = 301  # frames of a recording: its first, and 300 more
LEVELS = 4096  # of a place along an axis: a quarter of a pixel if the axis has a thousand
NAN_LEVEL = 2**16 - 1
SHARES = {"x": (-0.1, 1.1), "y": (-0.1, 1.1), "u": (-1.0, 1.0), "v": (-1.0, 1.0)}  # of an axis; the rest is not seen
RENAMED = {"knob": "remedy"}  # words in frames of toygan 0.1.0


class Frame(NamedTuple):
    """The charts of one iteration and the words beside them, by name; `serial` counts all frames that were added."""

    serial: int
    iteration: int
    words: dict[str, str]
    charts: tuple[Chart, ...]


class Recording:
    """At most `limit` frames, evenly spread over the whole run however long, and the newest.

    If they no longer fit, every second one is dropped; from then on only every second new one stays. Raises ValueError
    for a limit below 2.
    """

    def __init__(self, limit: int = MOST_FRAMES) -> None:
        if limit < 2:
            raise ValueError(f"limit={limit!r}: must be at least 2")
        self.frames: list[Frame] = []
        self._limit, self._stride = limit, 1

    def add(self, iteration: int, words: Mapping[str, str], charts: Sequence[Chart]) -> None:
        """Add a frame; if its iteration is not a new one, it replaces all frames from there on."""
        while self.frames and self.frames[-1].iteration >= iteration:
            self.frames.pop()
        serial = self.frames[-1].serial + 1 if self.frames else 0
        if self.frames and self.frames[-1].serial % self._stride:
            self.frames.pop()  # the newest so far falls between two that stay
        if len(self.frames) == self._limit:
            self._stride *= 2
            self.frames = self.frames[::2]
        self.frames.append(Frame(serial, iteration, dict(words), tuple(charts)))

    def serialize(self) -> tuple[Any, np.ndarray]:
        """Return all frames as JSON content and an array, so that an interrupted run can continue with them."""
        charts, numbers = serialize([frame.charts for frame in self.frames])
        return {"stride": self._stride, "frames": [frame[:3] for frame in self.frames], "charts": charts}, numbers

    @staticmethod
    def deserialize(meta: Any, numbers: np.ndarray) -> Recording:
        """Return the recording that was serialized so; ValueError, LookupError or TypeError for other content."""
        recording = Recording()
        recording._stride = int(meta["stride"])
        charts = deserialize(meta["charts"], numbers)
        recording.frames = [
            Frame(serial, iteration, {RENAMED.get(name, name): text for name, text in words.items()}, row)
            for (serial, iteration, words), row in zip(meta["frames"], charts, strict=True)
        ]
        return recording

    def html(self, title: str, about: str) -> bytes:
        """Return the page, under a title and a line about it; ValueError if there are no frames.

        Of the words of a frame the page shows `status`, `recipe`, `verdict`, `evidence`, `cause` and `remedy`.
        """
        if not self.frames:
            raise ValueError("recording: no frames")
        frames = base64.b64encode(zlib.compress(self._pack(), 9)).decode()
        recorded = f"{about} · recorded by toygan {version('toygan')} on {date.today()}"
        style = page.build_stylesheet(FOLDER / "recording.css")
        script = page.build_script(FOLDER / "recording.js", FOLDER / "player.js")
        return page.build_document(title, recorded, "recording", style, script, {"frames": ("octet-stream", frames)})

    def _pack(self) -> bytes:
        """Return what recording.js unpacks: the length of the JSON (u4), the JSON, and the numbers it describes."""
        wire, meta, numbers = Wire(), [], list[bytes]()
        for frame in self.frames:
            content, buffers = wire.message(frame.charts)
            arrays = zip(content["arrays"], buffers, strict=True)
            packed = [_pack_array(entry, buffer, frame.charts) for entry, buffer in arrays]
            content["arrays"] = [entry for entry, _ in packed]
            numbers += [buffer for _, buffer in packed]
            meta.append({"iteration": frame.iteration, "words": frame.words, **content})
        head = json.dumps(meta, separators=(",", ":"), allow_nan=False).encode()
        return b"".join([len(head).to_bytes(4, "little"), head, *numbers])


def _pack_array(entry: list[Any], buffer: bytes, charts: Sequence[Chart]) -> tuple[list[Any], bytes]:
    """Return an array of the wire with its length in bytes, in a form that compresses better.

    Places along an axis become levels ("u2") with their scale, all low bytes before all high bytes, which are much
    alike. A surface becomes differences to the left neighbour, and those differences to the row below (modulo 256).
    """
    i, name, field, kind, start = entry
    mark: Mark = charts[i][name]
    if isinstance(mark, Surface):
        values, columns = np.frombuffer(buffer, np.uint8).copy(), mark.values.shape[1]
        for lag in (1, columns):
            values[lag:] -= values[:-lag].copy()
        return [i, name, field, kind, start, len(buffer), columns], values.tobytes()
    if field not in SHARES or not isinstance(mark, Points | Arrows):
        return [i, name, field, kind, start, len(buffer)], buffer
    axis = charts[i].x if field in "xu" else charts[i].y
    width = axis.high - axis.low
    from_share, to_share = SHARES[field]
    low = from_share * width + (axis.low if field in "xy" else 0)
    step = (to_share - from_share) * width / (LEVELS - 1)
    values = np.frombuffer(buffer, "<f4")
    levels = np.clip(np.nan_to_num((values - low) / step), 0, LEVELS - 1).round().astype("<u2")
    levels[np.isnan(values)] = NAN_LEVEL
    planes = levels.view(np.uint8).reshape(-1, 2).T.tobytes()
    return [i, name, field, "u2", start, len(planes), low, step], planes
