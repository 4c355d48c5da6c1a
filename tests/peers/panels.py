"""Odd panels: what real files have and textbook files do not.

Two kinds. `staggered` has several starts, `one_start` a single one. Both are drawn with numpy's PCG64 from the panel's
number, so panel 7 is the same everywhere, and both say with `oddities` what truly occurs in them.

Columns: unit, cluster, cohort (first treated period, NaN for never), period, y, w (a weight of the unit), v (a weight of the
row), x (a covariate that moves), z (a covariate of the unit), s (subgroup, 0 or 1), d (dose of the unit), use (take-up).
"""

import numpy as np
import pandas as pd

PANELS = 20
ODDITIES = ["unbalanced", "weights", "missing period", "always treated", "cohort of one", "gap in time", "first not 1", "text names"]
FIRST = [1, 0, 1998, -20]


def oddities(panel):
    """Which of them a panel truly has, counted from its rows."""
    d = panel.rows
    seen = d.groupby("unit").period.nunique()
    crossed = pd.crosstab(d.cluster, d.period)
    starts = d[d.cohort.notna()].groupby("cohort").unit.nunique()
    times = np.sort(d.period.unique())
    return {
        "unbalanced": bool((seen < len(times)).any()),
        "weights": panel.weighted and d.w.max() / d.w.min() > 1e3,
        "missing period": bool((crossed == 0).to_numpy().any()),
        "always treated": bool((d.cohort <= times[0]).any()),
        "cohort of one": bool((starts[starts.index > times[0]] == 1).any()),
        "gap in time": bool((np.diff(times) > 1).any()),
        "first not 1": bool(times[0] != 1),
        "text names": panel.text,
    }


class Panel:
    def __init__(self, seed, rows, weighted, text):
        self.seed, self.rows, self.weighted, self.text = seed, rows, weighted, text


def never(d):
    return d.cohort.isna().to_numpy()


def treated(d):
    """1.0 in treated rows."""
    return (d.period >= d.cohort).to_numpy().astype(float)


def without_always(d):
    """Without the units that are treated from the first period on."""
    return d[~(d.cohort <= d.period.min())].reset_index(drop=True)


def times(r, seed, n, dense=False):
    """n periods; in odd panels one or several are skipped."""
    step = r.integers(1, 3, n)
    step[1] = 2
    step = np.cumsum(step) if seed & 1 and not dense else np.arange(n)
    first = int(r.choice(FIRST))
    return [first + int(s - step[0]) for s in step]


def staggered(seed, *, complete=False, dense=False):
    """Seven periods, two starts, a third of one unit. `complete`: every unit in every period. `dense`: no gap in time."""
    r = np.random.default_rng([seed, 1])
    periods = times(r, seed, 7, dense)
    plan = []  # cohort, cluster, how many units
    n_clusters = int(r.integers(10, 16))
    for c in range(n_clusters):
        plan.append(([np.nan, periods[3], periods[4], np.nan][c % 4], c, int(r.integers(2, 6))))
    plan.append((periods[5], n_clusters, 1))
    if seed & 4:
        plan.append((throughout(periods), n_clusters + 1, 2))
    return finish(r, seed, plan, periods, complete)


def one_start(seed, *, n_periods=None):
    """One start and never-treated units; in every third panel a single unit is treated, in every fifth others are throughout."""
    r = np.random.default_rng([seed, 2])
    n = n_periods or [2, 3, 5, 6][seed // 4 % 4]
    periods = times(r, seed, n)
    start = periods[n // 2]
    lone = seed % 3 == 2
    n_clusters = int(r.integers(10, 16))
    plan = [(np.nan if c % 2 else start, c, int(r.integers(3, 8))) for c in range(n_clusters) if c % 2 or not lone]
    if lone:
        plan.append((start, n_clusters, 1))
    if seed % 5 == 4:
        plan.append((throughout(periods), n_clusters + 1, 2))
    return finish(r, seed, plan, periods)


def two_periods(seed):
    return one_start(seed, n_periods=2)


def throughout(periods):
    """A start no later than the first period; not 0, which means never."""
    return periods[0] or -1


def finish(r, seed, plan, periods, complete=False):
    rows, unit = [], 0
    for cohort, cluster, size in plan:
        shock = r.normal() * 0.7 + r.normal(size=len(periods)) * 0.3
        for _ in range(size):
            unit += 1
            level, z, s, dose = r.normal(), r.normal(), unit % 2, r.uniform(1, 5)
            weight = 10 ** r.uniform(-2, 2)
            for i, t in enumerate(periods):
                on = t >= cohort
                x = 0.3 * z + r.normal()
                use = float(r.uniform() < (0.8 if on else 0.1))
                y = level + 0.3 * i + shock[i] + 0.4 * x + 0.1 * i * z + on * (0.5 + 0.2 * i + 0.1 * dose) + 0.3 * use + r.normal()
                rows.append(
                    [unit, cluster, cohort, t, y, weight, weight * 10 ** r.uniform(-1, 1), x, z, s, dose if cohort == cohort else 0.0, use]
                )
    d = pd.DataFrame(rows, columns="unit cluster cohort period y w v x z s d use".split())
    assert not (d.cohort == 0).any()
    if not complete:
        if seed & 8:
            # The only treated unit stays whole: without its rows there would be nothing to compare.
            only = d.unit.isin(d.unit[d.cohort.notna()]) & (d.unit[d.cohort.notna()].nunique() == 1)
            d = d[(r.uniform(size=len(d)) > 0.15) | only]
        if seed % 5 in (0, 2) and len(periods) > 2:
            d = d[~((d.cluster % 4 == 1) & (d.period == periods[1]))]  # comparison clusters' missing period
            d = d[~((d.cluster == 0) & (d.period == periods[-1]))]  # and one treated
        d = d[d.groupby("unit").period.transform("size") > 1]
    d = d.sample(frac=1, random_state=seed).reset_index(drop=True)
    return Panel(seed, d, bool(seed & 2), seed % 3 == 0)


def lone(panel):
    """Whether a single unit is treated after the first period."""
    d = without_always(panel.rows)
    return d[d.cohort.notna()].unit.nunique() == 1


def several_starts(panel):
    return panel.rows.cohort.nunique() > 1


def collapsed(d):
    """A row a unit: means before and after the one start, of units seen in every period; the rest from the last period before."""
    start = d.cohort.min()
    d = d[d.groupby("unit").period.transform("size") == d.period.nunique()].sort_values(["unit", "period"])
    late = d.period >= start
    out = d[~late].groupby("unit").last()
    out["before"], out["after"] = d[~late].groupby("unit").y.mean(), d[late].groupby("unit").y.mean()
    out["change"], out["arm"] = out.after - out.before, out.cohort.notna().astype(float)
    return out.reset_index()
