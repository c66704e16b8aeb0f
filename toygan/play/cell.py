"""One live view per notebook cell: the cell that made it, and its end when the cell runs again."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol


class Closable(Protocol):
    """An object that can be closed."""

    def close(self) -> None: ...


class Place(NamedTuple):
    """The place where code runs: the cell, and the run of that cell; None for what the front end does not say.

    A cell is its name. If the front end sends none, as Voila does, it is the code of the cell.
    """

    cell: str | None
    execution: str | None


_alive: list[tuple[Place, Closable]] = []


def here() -> Place:
    """Return the cell that is running, by the message that started it; no cell outside of Jupyter."""
    try:
        from IPython.core.getipython import get_ipython

        shell: Any = get_ipython()
        parent: dict[str, Any] = shell.kernel.get_parent()
    except (ImportError, AttributeError):
        return Place(None, None)
    cell = parent.get("metadata", {}).get("cellId") or parent.get("content", {}).get("code")
    return Place(cell, parent.get("header", {}).get("msg_id"))


def close_earlier(new: Closable) -> None:
    """Close what an earlier run of this cell made."""
    place = here()
    for old in [entry for entry in _alive if entry[0].cell == place.cell and entry[0].execution != place.execution]:
        old[1].close()
        forget(old[1])
    _alive.append((place, new))


def forget(closed: Closable) -> None:
    """Forget what is closed: it need not be closed again, and can be freed."""
    _alive[:] = [entry for entry in _alive if entry[1] is not closed]
