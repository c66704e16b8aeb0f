"""The verdicts on several seeds in words: how many share one, what the others have, and the numbers behind each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from toygan.measure.diagnosis import Diagnosis
from toygan.parts.metrics import METRICS

MOST_NAMED = 3  # of the other verdicts in one line
MOST_SEEDS = 12  # of one verdict, by their numbers


def describe(diagnoses: Sequence[Diagnosis], member: int = 0) -> dict[str, str]:
    """Return one member's diagnosis as texts: verdict, with the verdicts on other seeds, evidence, and so on.

    The lines of `terms` explain the metrics that the evidence names, each as "name: help".
    """
    mine = diagnoses[member]
    named = [name for name in (part.partition(" ")[0] for part in mine.evidence) if name in METRICS]
    return {
        "verdict": tell_share(diagnoses, member), "evidence": ", ".join(mine.evidence), "cause": mine.cause,
        "remedy": mine.remedy, "terms": "\n".join(f"{name}: {METRICS[name].help.replace('`', '')}" for name in named),
    }  # fmt: skip


def tell_share(diagnoses: Sequence[Diagnosis], member: int = 0) -> str:
    """Return one member's verdict, the number of seeds that share it, and what the others have, in one line.

    Example:
        >>> from toygan.measure.diagnosis import Diagnosis
        >>> from toygan.measure.shares import tell_share
        >>> names = ["healthy", "healthy", "mode collapse, rotating"]
        >>> tell_share([Diagnosis(name, (), "", "") for name in names])
        'healthy · 2 of 3 seeds (1 mode collapse)'
    """
    mine = diagnoses[member].said
    if len(diagnoses) == 1:
        return mine
    counts = Counter(one.said for one in diagnoses)
    same = counts.pop(mine)
    short = Counter[str]()
    for name, count in counts.items():
        short[name.partition(",")[0]] += count  # both kinds of mode collapse are one here
    named = [f"{count} {name}" for name, count in short.most_common(MOST_NAMED)]
    if rest := sum(count for _, count in short.most_common()[MOST_NAMED:]):
        named.append(f"{rest} other")
    return f"{mine} · {same} of {len(diagnoses)} seeds" + (f" ({', '.join(named)})" if named else "")


def tell_grounds(diagnoses: Sequence[Diagnosis], member: int = 0, seed: int = 0) -> str:
    """Return the numbers that the verdicts rest on: a line for the member, and one for each verdict of other seeds.

    Args:
        diagnoses: The diagnosis of each member; their seeds follow one another.
        member: The number of the member.
        seed: The seed of the first member.
    Returns:
        The lines; a line of several seeds has the numbers of the first of them.
    """
    groups = dict[str, list[int]]()
    for i, one in enumerate(diagnoses):
        groups.setdefault(one.said, []).append(i)
    mine = groups.pop(diagnoses[member].said)
    lines = [_tell(diagnoses[member], seed + member, [i + seed for i in mine])]
    for others in sorted(groups.values(), key=len, reverse=True):
        lines.append(_tell(diagnoses[others[0]], seed + others[0], [i + seed for i in others]))
    return "\n".join(lines)


def _tell(one: Diagnosis, seed: int, seeds: Sequence[int]) -> str:
    """Return the verdict on some seeds, and the numbers of one of them."""
    listed = ", ".join(map(str, seeds[:MOST_SEEDS])) + f" and {len(seeds) - MOST_SEEDS} more" * (
        len(seeds) > MOST_SEEDS
    )
    numbers = ", ".join(one.evidence) or one.cause
    which = f"seed {seed}: " if len(seeds) > 1 else ""
    return f"seed{'s' * (len(seeds) > 1)} {listed}: {one.said}" + (f" ({which}{numbers})" if numbers else "")
