"""Cases and their comparison: the same panel by didact and by a peer, key by key."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Callable

import program
from panels import ODDITIES, PANELS, oddities
from program import Refused, Unable


@dataclass
class Case:
    """One way to call an estimator, and a peer that answers the same question.

    `peer` gives {key: (estimate, standard error or None)}; a None is not compared. `kinds` are the beginnings of the keys that
    must be there on both sides or on neither. `expected` gives the code with which didact must refuse a panel, or None.
    """

    estimator: str
    peer: Callable
    panels: Callable
    kinds: tuple
    inference: str = "cluster:cr0"
    flags: str = "--cluster cluster"
    weights: str | None = None
    unit: bool = True
    expected: Callable = lambda panel: None
    inference_of: Callable | None = None
    tolerance: float = 1e-8
    se_tolerance: float = 1e-8

    @property
    def title(self):
        parts = [self.estimator, "weights" if self.weights else "", "" if self.unit else "cross-sections"]
        extra = self.flags.replace("--cluster cluster", "").strip()
        return " ".join(p for p in [*parts, extra] if p)


@dataclass
class Worst:
    gap: float = 0.0
    where: str = ""


class Outcome:
    """What came of a case on its panels."""

    def __init__(self, case):
        self.case, self.effects, self.errors = case, 0, 0
        self.worst = {"estimate": Worst(), "standard error": Worst()}
        self.refused, self.compared, self.wrong, self.notes = Counter(), {}, [], Counter()

    def over(self):
        limits = {"estimate": self.case.tolerance, "standard error": self.case.se_tolerance}
        return [f"{what}: {w.gap:.1e} {w.where}" for what, w in self.worst.items() if not w.gap <= limits[what]]

    def ok(self):
        return not self.wrong and not self.over() and self.effects > 0


def present(panel, case):
    """The oddities that a case really gives to the program."""
    has = oddities(panel)
    has["weights"] = has["weights"] and case.weights is not None
    has["text names"] = has["text names"] and (case.unit or "cluster" in case.flags)
    return {name for name in ODDITIES if has[name]}


def run(binary, case, seeds=range(PANELS)):
    out = Outcome(case)
    for seed in seeds:
        panel = case.panels(seed)
        if case.weights is None:
            panel.weighted = False
        inference = case.inference_of(panel) if case.inference_of else case.inference
        flags = case.flags
        code = case.expected(panel)
        try:
            mine = program.estimate(binary, panel, case.estimator, inference, flags, case.weights, case.unit)
        except Refused as refusal:
            mine = refusal
        if code:
            if isinstance(mine, Refused) and mine.code == code:
                out.refused[code] += 1
            else:
                out.wrong.append(f"panel {seed}: should be refused as {code}, and {mine if isinstance(mine, Refused) else 'is estimated'}")
            continue
        try:
            theirs = case.peer(panel)
        except Refused as refusal:
            theirs = refusal
        except Unable as why:
            out.notes[str(why)] += 1
            continue
        if isinstance(mine, Refused) and isinstance(theirs, Refused):
            out.refused[mine.code] += 1
        elif isinstance(mine, Refused):
            out.wrong.append(f"panel {seed}: only didact refuses: {mine.code} {mine}")
        elif isinstance(theirs, Refused):
            out.wrong.append(f"panel {seed}: only the peer refuses: {theirs}")
        else:
            out.compared[seed] = present(panel, case)
            beside(out, panel, mine, theirs)
    return out


def asked(key, kinds):
    """Whether a key is of these kinds; event+ are the event times from 0 on."""
    kind, _, rest = key.partition(":")
    return kind in kinds or (kind == "event" and "event+" in kinds and int(rest) >= 0)


def beside(out, panel, mine, theirs):
    wanted = lambda side: {k for k in side if asked(k, out.case.kinds)}
    for who, keys in (("didact", wanted(mine) - wanted(theirs)), ("the peer", wanted(theirs) - wanted(mine))):
        if keys:
            out.wrong.append(f"panel {panel.seed}: only {who} has {', '.join(sorted(keys))}")
    spread = float(panel.rows.y.std())
    for key in sorted(wanted(mine) & wanted(theirs)):
        out.effects += 1
        for what, a, b in zip(out.worst, mine[key], theirs[key]):
            if what == "standard error":
                if b is None:
                    continue
                out.errors += 1
            a, b = (0.0 if x is None or math.isnan(x) else float(x) for x in (a, b))
            # An effect near zero is measured by a thousandth of the outcome's spread, a standard error of rounding alone is none.
            none = 1e-6 * spread
            gap = 0.0 if what == "standard error" and max(abs(a), abs(b)) < none else abs(a - b) / max(abs(b), 1e-3 * spread)
            if not gap <= out.worst[what].gap:
                out.worst[what] = Worst(gap, f"panel {panel.seed}, {key}: didact {a!r}, peer {b!r}")
