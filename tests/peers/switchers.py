"""chaisemartin-dhaultfoeuille by its authors' own package, py_did_multiplegt_dyn, and by hand from the paper's definition.

The package counts times since the switch in periods seen. Where years are skipped its effects mix other distances than
didact's, which are calendar time, so there only the overall effect is compared with it, the rest by hand.
"""

import contextlib
import io
import warnings

import numpy as np
import pandas as pd
import polars as pl

from compare import Case
from panels import staggered, without_always

warnings.simplefilter("ignore")
count = pl.count
pl.count = lambda *a, **k: count(*a, **k) if a else pl.len()  # the package calls it as older polars allowed
import did_multiplegt_dyn

EFFECTS, PLACEBOS = 3, 2


def written_out(d):
    """Every unit in every period, those it misses without an outcome, so that its start stays known; periods by their rank."""
    periods = sorted(d.period.unique())
    rows = pd.MultiIndex.from_product([sorted(d.unit.unique()), periods], names=["unit", "period"]).to_frame(index=False)
    out = rows.merge(d[["unit", "period", "y", "x"]], how="left", on=["unit", "period"]).fillna({"x": 0.0})
    out = out.join(d.drop_duplicates("unit").set_index("unit")[["cluster", "cohort", "w"]], on="unit")
    treated = (out.period >= out.cohort).astype(int)
    return out.assign(treated=treated, period=out.period.map({t: i + 1 for i, t in enumerate(periods)})).drop(columns="cohort")


def by_package(panel, normalized=False, controls=None):
    with contextlib.redirect_stdout(io.StringIO()):
        result = (
            did_multiplegt_dyn.DidMultiplegtDyn(
                pl.from_pandas(written_out(panel.rows)),
                outcome="y",
                group="unit",
                time="period",
                treatment="treated",
                effects=EFFECTS,
                placebo=PLACEBOS,
                cluster="cluster",
                normalized=normalized,
                controls=controls,
                weight="w" if panel.weighted else None,
            )
            .fit()
            .result["did_multiplegt_dyn"]
        )
    pair = lambda table, i: (float(table.iloc[i]["Estimate"]), float(table.iloc[i]["SE"]))
    out = {"overall": pair(result["ATE"], 0)}
    for table, event in (("Effects", lambda l: l - 1), ("Placebos", lambda l: -l - 1)):
        for i, name in enumerate(result[table].index):
            out[f"event:{event(int(name.split('_')[1]))}"] = pair(result[table], i)
    return {k: v for k, v in out.items() if np.isfinite(v[0])}


def with_covariate(panel):
    """Estimates alone: the package's errors with controls have parts that do not belong there (tests/golden/data/make_multiplegt.py)."""
    return {k: (estimate, None) for k, (estimate, _) in by_package(panel, controls=["x"]).items()}


def comparisons(panel):
    """Every cohort's change from the last period before its start to another one, beside those who have not started by then."""
    d = without_always(panel.rows)
    y = d.pivot(index="unit", columns="period", values="y")
    w = d.pivot(index="unit", columns="period", values="w" if panel.weighted else "y") * (1.0 if panel.weighted else 0.0)
    w = w if panel.weighted else w + 1.0
    of = d.drop_duplicates("unit").set_index("unit").reindex(y.index)
    periods = sorted(panel.rows.period.unique())
    for g in sorted(of.cohort.dropna().unique()):
        first = sum(t < g for t in periods)
        for length in range(1, len(periods) - first + 1):
            at, base = periods[first - 1 + length], periods[first - 1]
            free = of.cohort.isna() | (of.cohort > at)
            if not free.any():
                break
            for placebo in (False, True):
                # A placebo looks as far back on the calendar as the effect looks ahead.
                mirror = base - (at - base)
                if placebo and mirror not in periods:
                    continue
                then = mirror if placebo else at
                change = y[then] - y[base]
                use = change.notna() & w[at].notna()
                sides = [use & (of.cohort == g), use & free]
                if all(s.any() for s in sides):
                    yield (
                        int(then - g),
                        placebo,
                        length,
                        [(change[s].to_numpy(), w.loc[s, at].to_numpy(), of.cluster[s].to_numpy()) for s in sides],
                    )


def solved(cells):
    """The mean over switchers by weight, and its variance: each side's changes deviate from the side's mean, times
    sqrt(n/(n - 1)) with n its clusters; a cluster alone on its side from the mean of both sides, with the n of both."""
    total = sum(s[0][1].sum() for s in cells)
    estimate, influence = 0.0, {}
    for sides in cells:
        share = sides[0][1].sum() / total
        means = [w @ c / w.sum() for c, w, _ in sides]
        estimate += share * (means[0] - means[1])
        weight = [w.sum() for _, w, _ in sides]
        both = len(set(sides[0][2]) | set(sides[1][2]))
        for (change, w, cluster), sign, mean in zip(sides, (1, -1), means):
            n = len(set(cluster))
            if n == 1:
                n, mean = both, np.dot(weight, means) / sum(weight)
            for g in set(cluster):
                own = cluster == g
                term = share * sign * np.sqrt(n / (n - 1)) * (w[own] @ (change[own] - mean)) / w.sum()
                influence[g] = influence.get(g, 0.0) + term
    return estimate, float(np.sqrt(sum(v * v for v in influence.values())))


def by_hand(panel):
    cells = list(comparisons(panel))
    out = {"overall": solved([s for _, placebo, _, s in cells if not placebo])}
    return out | {f"event:{e}": solved([s for k, _, _, s in cells if k == e]) for e in {c[0] for c in cells}}


def dense(seed):
    return staggered(seed, dense=True)


NAME = f"chaisemartin-dhaultfoeuille:effects={EFFECTS},placebos={PLACEBOS}"
CASES = {
    "chaisemartin-dhaultfoeuille": [
        Case("chaisemartin-dhaultfoeuille", by_hand, staggered, ("overall", "event"), weights="w"),
        Case(NAME, by_package, staggered, ("overall",), weights="w"),
        Case(NAME, by_package, dense, ("overall", "event"), weights="w"),
        Case(NAME, with_covariate, dense, ("overall", "event"), weights="w", flags="--cluster cluster --covariates x"),
        Case(NAME + ",normalized=true", lambda p: by_package(p, True), dense, ("overall", "event"), weights="w"),
    ]
}
