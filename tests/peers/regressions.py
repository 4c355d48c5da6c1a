"""Estimators that are one regression: pyfixest's feols with every dummy written out."""

import numpy as np
import pandas as pd

from compare import Case
from least_squares import feols, weights_of
from panels import never, staggered, treated, without_always
from program import Refused


def dummies(d, keys):
    """A column for each value of keys (None: none); {name: value}, in order."""
    values = sorted({k for k in keys if k is not None})
    names = [f"b{i}" for i in range(len(values))]
    out = pd.DataFrame({n: [float(k == v) for k in keys] for n, v in zip(names, values)}, index=d.index)
    return pd.concat([d, out], axis=1), dict(zip(names, values))


def twfe(panel, x=""):
    fit = feols(f"y ~ D{x} | unit + period", panel.rows.assign(D=treated(panel.rows)), weights_of(panel, "v"))
    return {"overall": (fit.coef()["D"], fit.se()["D"])}


def twfe_cross_sections(panel):
    d = panel.rows.assign(D=treated(panel.rows), g=panel.rows.cohort.fillna(9999))
    fit = feols("y ~ D | g + period", d, weights_of(panel, "v"))
    return {"overall": (fit.coef()["D"], fit.se()["D"])}


def event_study(panel):
    """Units treated throughout are left out; where nobody is seen at -1 there is no reference."""
    d = without_always(panel.rows)
    if not ((d.period - d.cohort) == -1).any():
        raise Refused("nobody at -1")
    keys = [None if n or p - g == -1 else int(p - g) for n, g, p in zip(never(d), d.cohort, d.period)]
    d, names = dummies(d, keys)
    fit = feols("y ~ " + " + ".join(names) + " | unit + period", d, weights_of(panel, "v"))
    se, v = fit.se(), np.asarray(fit._vcov)
    out = {f"event:{names[k]}": (b, se[k]) for k, b in fit.coef().items()}
    mean = np.array([names[k] >= 0 for k in fit.coef().index]) * 1.0
    mean = mean / mean.sum()
    return out | {"overall-dynamic": (mean @ fit.coef().to_numpy(), np.sqrt(mean @ v @ mean))}


def cells(d, inside):
    """Dummies of the cohorts' periods for which `inside(cohort, period)` holds."""
    return dummies(d, [None if n or not inside(g, p) else (int(g), int(p)) for n, g, p in zip(never(d), d.cohort, d.period)])


def sums(fit, d, names, weights, groups):
    """Means of cells by their rows' weights, taken as known; a mean over a cell that was dropped is left out."""
    kept, v, b = list(fit.coef().index), np.asarray(fit._vcov), fit.coef().to_numpy()
    size = d[weights] if weights else 1.0
    out = {}
    for key, inside in groups.items():
        members = [n for n, c in names.items() if inside(*c)]
        if members and all(n in kept for n in members):
            share = np.array([(d[n] * size).sum() for n in members])
            share, at = share / share.sum(), [kept.index(n) for n in members]
            out[key] = (share @ b[at], np.sqrt(max(share @ v[np.ix_(at, at)] @ share, 0.0)))
    return out


def groupings(names, event):
    """Which cells each effect averages."""
    out = {"overall": lambda g, t: t >= g}
    out |= {f"group:{k}": (lambda k: lambda g, t: g == k and t >= g)(k) for k in {g for g, _ in names.values()}}
    out |= {f"calendar:{k}": (lambda k: lambda g, t: t == k and t >= g)(k) for k in {t for _, t in names.values()}}
    out |= {f"event:{e}": (lambda e: lambda g, t: t - g == e)(e) for e in {t - g for g, t in names.values()} if event(e)}
    out |= {f"group-time:{g}:{t}": (lambda c: lambda *o: o == c)((g, t)) for g, t in names.values()}
    return out


def sun_abraham(panel):
    d = without_always(panel.rows)
    last = {g: d.period[d.period < g].max() for g in d.cohort.dropna().unique()}
    d, names = cells(d, lambda g, p: p != last[g])
    weights = weights_of(panel, "w")
    fit = feols("y ~ " + " + ".join(names) + " | unit + period", d, weights)
    return sums(fit, d, names, weights, groupings(names, lambda e: True))


def wooldridge(panel, control="not-yet", x=""):
    d = without_always(panel.rows)
    last = {g: d.period[d.period < g].max() for g in d.cohort.dropna().unique()}
    d, names = cells(d, (lambda g, p: p >= g) if control == "not-yet" else (lambda g, p: p != last[g]))
    weights = weights_of(panel, "w")
    more = ""
    if x:
        # z by cohort drops out with the units; by period, and by cell less the cohort's weighted mean.
        g, w = d.cohort.fillna(0), d.w if weights else d.w * 0 + 1
        mean = (d.z * w).groupby(g).sum() / w.groupby(g).sum()
        columns = {f"p{i}": d.z * (d.period == t) for i, t in enumerate(sorted(d.period.unique())[1:])}
        columns |= {f"c{n}": d[n] * (d.z - g.map(mean)) for n in names}
        d, more = pd.concat([d, pd.DataFrame(columns)], axis=1), " + " + " + ".join(columns)
    fit = feols("y ~ " + " + ".join(names) + more + " | unit + period", d, weights)
    return sums(fit, d, names, weights, groupings(names, lambda e: e >= 0 or control == "never"))


ALL = ("overall", "event", "group-time", "group", "calendar")
CASES = {
    "twfe": [
        Case("twfe", twfe, staggered, ("overall",), "cluster:cr1", weights="v"),
        Case("twfe", lambda p: twfe(p, " + x"), staggered, ("overall",), "cluster:cr1", "--cluster cluster --covariates x", weights="v"),
        Case("twfe", twfe_cross_sections, staggered, ("overall",), "cluster:cr1", weights="v", unit=False),
    ],
    "event-study": [Case("event-study", event_study, staggered, ("overall-dynamic", "event"), "cluster:cr1", weights="v")],
    "sun-abraham": [Case("sun-abraham", sun_abraham, staggered, ALL, "cluster:cr1", weights="w")],
    "wooldridge": [
        Case("wooldridge", wooldridge, staggered, ALL, "cluster:cr1", weights="w"),
        Case("wooldridge:control=never", lambda p: wooldridge(p, "never"), staggered, ALL, "cluster:cr1", weights="w"),
        Case("wooldridge", lambda p: wooldridge(p, x="z"), staggered, ALL, "cluster:cr1", "--cluster cluster --covariates z", weights="w"),
    ],
}
