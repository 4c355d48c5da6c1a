"""dose-response: diff-diff's ContinuousDiD for unweighted units in two periods, and dense least squares with scipy's splines."""

import warnings

import numpy as np
from scipy.interpolate import BSpline

from compare import Case
from panels import collapsed, lone, one_start, several_starts, two_periods

warnings.simplefilter("ignore")
import diff_diff

SHOWN = (25, 50, 75)


def short(d):
    return f"{float(f'{d:.3e}'):g}"


def doses(panel):
    d = collapsed(panel.rows)
    own = np.sort(d.d[d.arm == 1])
    return d, own, [(p, np.quantile(own, p / 100)) for p in SHOWN]


def curve(panel, basis, slopes):
    """The change on an intercept and the treated's basis; effects and slopes at quantiles of the dose and on average."""
    d, own, shown = doses(panel)
    w = d.w.to_numpy() if panel.weighted else np.ones(len(d))
    arm = d.arm.to_numpy()
    b, s = basis(own), slopes(own) if slopes else None
    x = np.column_stack([np.ones(len(d)), arm[:, None] * b(d.d.to_numpy())])
    root = np.sqrt(w)
    inverse = np.linalg.pinv(x * root[:, None], rcond=1e-14)
    beta = inverse @ (root * d.change)
    score = (inverse * (root * (d.change - x @ beta)).to_numpy()).T
    clusters = d.cluster.to_numpy()
    sums = np.array([score[clusters == c].sum(0) for c in np.unique(clusters)])
    mean = lambda f: np.average(f(d.d.to_numpy()[arm == 1]), axis=0, weights=w[arm == 1])
    effects = {f"dose:effect at dose {short(q)} ({p} % of the treated have less)": b(np.array([q]))[0] for p, q in shown}
    if s:
        effects["dose-slope:mean slope: effect of one unit of dose more (needs strong parallel trends)"] = mean(s)
        effects |= {f"dose-slope:slope at dose {short(q)} (needs strong parallel trends)": s(np.array([q]))[0] for _, q in shown}
    # The overall effect is the difference of mean changes, whatever the curve.
    plain = np.column_stack([np.ones(len(d)), arm])
    pull = np.linalg.pinv(plain * root[:, None], rcond=1e-14)
    level = pull @ (root * d.change)
    own_score = pull[1] * (root * (d.change - plain @ level)).to_numpy()
    out = {"overall": (level[1], float(np.sqrt(sum(own_score[clusters == c].sum() ** 2 for c in np.unique(clusters)))))}
    for key, c in effects.items():
        c = np.append(0.0, c)
        out[key] = (c @ beta, float(np.sqrt(np.sum((sums @ c) ** 2))))
    return out


def splines(own, degree, knots, slope=False):
    inner = np.unique(np.quantile(own, np.arange(1, knots + 1) / (knots + 1)))
    t = np.concatenate([np.repeat(own[0], degree + 1), inner, np.repeat(own[-1], degree + 1)])
    each = [BSpline(t, row, degree) for row in np.eye(len(t) - degree - 1)]
    each = [e.derivative() for e in each] if slope else each
    return lambda x: np.column_stack([e(x) for e in each])


def spline(panel, degree=3, knots=0):
    return curve(panel, lambda own: splines(own, degree, knots), lambda own: splines(own, degree, knots, True))


def bins(panel, n=4):
    def basis(own):
        cuts = np.quantile(own, np.arange(1, n) / n)
        return lambda x: (np.searchsorted(cuts, x, side="right")[:, None] == np.arange(n)) * 1.0

    return curve(panel, basis, None)


def by_diff_diff(panel):
    d = panel.rows
    _, _, shown = doses(panel)
    # diff-diff wants periods without a gap: 1 before, 2 after.
    d = d.assign(t=1 + (d.period >= d.cohort.min()), g=np.where(d.cohort.isna(), 0, 2))
    d = d[d.groupby("unit").period.transform("size") == d.period.nunique()]
    fit = diff_diff.ContinuousDiD(degree=3, num_knots=0, dvals=np.array([q for _, q in shown])).fit(
        d, outcome="y", unit="unit", time="t", first_treat="g", dose="d"
    )
    att, acrt = fit.dose_response_att, fit.dose_response_acrt
    out = {"overall": (fit.overall_att, None)}
    out["dose-slope:mean slope: effect of one unit of dose more (needs strong parallel trends)"] = (fit.overall_acrt, None)
    for i, (p, q) in enumerate(shown):
        out[f"dose:effect at dose {short(q)} ({p} % of the treated have less)"] = (att.effects[i], None)
        out[f"dose-slope:slope at dose {short(q)} (needs strong parallel trends)"] = (acrt.effects[i], None)
    return out


def refused(panel):
    """Several starts; one dose alone has no curve."""
    return "EST-004" if several_starts(panel) else "EST-059" if lone(panel) else None


HOW = dict(kinds=("overall", "dose", "dose-slope"), flags="--cluster cluster --dose d", expected=refused)
CASES = {
    "dose-response": [
        Case("dose-response", spline, one_start, weights="w", **HOW),
        Case("dose-response:degree=2,knots=2", lambda p: spline(p, 2, 2), one_start, weights="w", **HOW),
        Case("dose-response:method=bins", bins, one_start, weights="w", **HOW),
        Case("dose-response", by_diff_diff, two_periods, **HOW),
    ]
}
