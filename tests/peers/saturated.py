"""Regressions with one start, stacked copies or an instrument: pyfixest on the table that each asks for."""

import numpy as np
import pandas as pd

from compare import Case
from least_squares import NO_FACTOR, feols, weights_of
from panels import collapsed, lone, one_start, several_starts, staggered, treated, without_always
from program import Unable


def of(fit, term, panel):
    """The estimate and its standard error; none where a single unit is treated, whose error no cluster formula knows."""
    return fit.coef()[term], None if lone(panel) else fit.se()[term]


def ancova(panel, x=""):
    """Mean after on arm and mean before, of units seen in every period; covariates from the last period before."""
    fit = feols("after ~ arm + before" + x, collapsed(panel.rows), weights_of(panel, "w"))
    return {"overall": of(fit, "arm", panel)}


def compliance(panel):
    """Two-stage least squares, the intention to treat and the difference in take-up, without small-sample factor."""
    d = panel.rows.assign(D=treated(panel.rows))
    weights = weights_of(panel, "v")
    late = feols("y ~ 1 | unit + period | use ~ D", d, weights, ssc=NO_FACTOR)
    itt = feols("y ~ D | unit + period", d, weights, ssc=NO_FACTOR)
    first = feols("use ~ D | unit + period", d, weights, ssc=NO_FACTOR)
    return {
        "overall": of(late, "use", panel),
        "coefficient:intention to treat": of(itt, "D", panel),
        "coefficient:difference in take-up": of(first, "D", panel),
    }


def stacked(panel):
    """Sub-experiments in the widest window that every cohort is seen in, weights Q (Wing, Freedman and Hollingsworth, eq. 6)."""
    d = without_always(panel.rows)
    d = d.assign(w=d.w if panel.weighted else 1.0)
    first, last = panel.rows.period.min(), panel.rows.period.max()
    starts = sorted(d.cohort.dropna().unique())
    low, high = -min(g - first for g in starts), min(last - g for g in starts)
    copies, seen = [], {}
    for g in starts:
        own, clean = d[d.cohort == g], d[d.cohort.isna() | (d.cohort > g + high)]
        both = set(own.period - g) & set(clean.period - g)
        seen[g] = {e for e in both if low <= e <= high}
        if -1 in seen[g] and max(seen[g]) >= 0:
            copies += [part.assign(a=g, arm=arm, e=part.period - g) for arm, part in ((1.0, own), (0.0, clean))]
    if not copies:
        raise Unable("no cohort is seen in the common window, and the narrower one that the program then looks for is not looked for here")
    s = pd.concat(copies)
    times = sorted(set.intersection(*(seen[g] for g in s.a.unique())))
    s = s[s.e.isin(times)].reset_index(drop=True)
    size = s.groupby(["a", "arm", "e"]).w.sum()
    total = s.groupby(["arm", "e"]).w.sum()
    share = lambda arm: np.array([size[a, arm, e] / total[arm, e] for a, e in zip(s.a, s.e)])
    s["q"] = s.w * np.where(s.arm == 1, 1.0, share(1.0) / share(0.0))
    shown = [e for e in times if e != -1]
    for i, e in enumerate(shown):
        s[f"t{i}"], s[f"b{i}"] = (s.e == e) * 1.0, (s.e == e) * s.arm
    fit = feols("y ~ arm + " + " + ".join(f"t{i} + b{i}" for i in range(len(shown))), s, "q", ssc=NO_FACTOR)
    names, v = list(fit.coef().index), np.asarray(fit._vcov)
    out = {f"event:{int(e)}": (fit.coef()[f"b{i}"], fit.se()[f"b{i}"]) for i, e in enumerate(shown)}
    at = [names.index(f"b{i}") for i, e in enumerate(shown) if e >= 0]
    mean = np.full(len(at), 1 / len(at))
    return out | {"overall": (mean @ fit.coef().to_numpy()[at], np.sqrt(mean @ v[np.ix_(at, at)] @ mean))}


def by_lone(panel):
    """Cluster formulas are refused where a single unit is treated; this method gives its estimate."""
    return "few-treated" if lone(panel) else "cluster:cr1"


def one_code(panel):
    return "EST-004" if several_starts(panel) else None


CASES = {
    "ancova": [
        Case("ancova", ancova, one_start, ("overall",), weights="w", expected=one_code, inference_of=by_lone),
        Case(
            "ancova",
            lambda p: ancova(p, " + x + z"),
            one_start,
            ("overall",),
            flags="--cluster cluster --covariates x,z",
            weights="w",
            expected=one_code,
            inference_of=by_lone,
        ),
    ],
    "compliance": [
        Case(
            "compliance",
            compliance,
            one_start,
            ("overall", "coefficient"),
            flags="--cluster cluster --take-up use",
            weights="v",
            expected=lambda p: "PANEL-010" if lone(p) and not several_starts(p) else None,
        ),
    ],
    "stacked": [Case("stacked", stacked, staggered, ("overall", "event"), weights="w")],
}
