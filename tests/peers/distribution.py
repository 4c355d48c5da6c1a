"""changes-in-changes by diff-diff, which follows R's qte, and by double sums from Athey and Imbens (2006) where there are weights."""

import warnings

import numpy as np
import pandas as pd

from compare import Case
from panels import collapsed, lone, one_start, several_starts
from program import Unable

warnings.simplefilter("ignore")
import diff_diff

PERCENT = [10, 25, 50, 75, 90]
NEAR = 1e-11
# The share of treated outcomes before, outside the comparison group's, beyond which no mean is told.
MOST_OUTSIDE = 0.2


class Dist:
    """A weighted empirical distribution."""

    def __init__(self, y, w, cluster):
        self.y, self.w, self.cluster = (np.asarray(v) for v in (y, w / w.sum(), cluster))
        self.support = np.unique(self.y)

    def cdf(self, v):
        return self.w[self.y <= v].sum()

    def inverse(self, q):
        return min(v for v in self.support if self.cdf(v) >= q - NEAR)

    def density(self, v):
        """Epanechnikov with variance one, h = 1.06 sd n^(-1/5), n the effective number of rows."""
        sd = np.sqrt(self.w @ (self.y - self.w @ self.y) ** 2)
        a = (v - self.y) / (1.06 * sd * (1 / np.sum(self.w**2)) ** -0.2)
        return (
            self.w
            @ np.where(np.abs(a) < np.sqrt(5), 3 / (4 * np.sqrt(5)) * (1 - a**2 / 5), 0.0)
            / (1.06 * sd * (1 / np.sum(self.w**2)) ** -0.2)
        )


def adjusted(d, x, w):
    """Outcomes less what a covariate explains within the four groups, by dense least squares on both outcomes of a unit (section 5.1)."""
    n = len(d)
    dummies = np.kron(np.eye(2), np.column_stack([d.arm == 0, d.arm == 1]))
    design = np.column_stack([dummies, np.tile(d[x], 2)]) * np.sqrt(np.tile(w, 2))[:, None]
    y = np.concatenate([d.before, d.after])
    b = np.linalg.lstsq(design, y * np.sqrt(np.tile(w, 2)), rcond=None)[0][-1]
    left = y - b * np.tile(d[x], 2)
    return d.assign(before=left[:n], after=left[n:])


def groups(panel, x=None):
    d = collapsed(panel.rows)
    if x:
        d = adjusted(d, x, d.w if panel.weighted else d.arm * 0 + 1)
    of = lambda arm, y: Dist(d[y][d.arm == arm], (d.w if panel.weighted else d.arm * 0 + 1)[d.arm == arm], d.cluster[d.arm == arm])
    return {(arm, post): of(arm, y) for arm in (0, 1) for post, y in enumerate(("before", "after"))}


def error(d, parts):
    total = {}
    for key, phi in parts.items():
        for y, w, c in zip(d[key].y, d[key].w, d[key].cluster):
            total[c] = total.get(c, 0.0) + w * phi(y)
    return float(np.sqrt(sum(v * v for v in total.values())))


def with_covariate(panel):
    """Estimates alone: the errors are those of tests/golden/data/make_cic.py."""
    return {key: (estimate, None) for key, (estimate, _) in cic(panel, "z").items()}


def cic(panel, x=None):
    """Equations 16 and 17; standard errors of theorem 5.1, summed within clusters."""
    d = groups(panel, x)
    k = lambda y: d[0, 1].inverse(d[0, 0].cdf(y))
    carried = np.array([k(y) for y in d[1, 0].y])
    kappa, top = d[1, 0].w @ carried, d[1, 1].w @ d[1, 1].y
    some = [i for i, y in enumerate(d[1, 0].y) if d[0, 0].cdf(y) > 0]
    scaled = [
        (d[1, 0].y[i], d[1, 0].w[i] / d[0, 1].density(carried[i]), carried[i], d[0, 0].cdf(d[1, 0].y[i]), d[0, 1].cdf(carried[i]))
        for i in some
    ]
    p = lambda y: sum(a * ((y <= z) - f) for z, a, _, f, _ in scaled)
    q = lambda y: -sum(a * ((y <= kz) - f) for _, a, kz, _, f in scaled)
    parts = {(1, 1): lambda y: y - top, (1, 0): lambda y: kappa - k(y), (0, 0): lambda y: -p(y), (0, 1): lambda y: -q(y)}
    out = {"overall": (top - kappa, error(d, parts))} if mostly_inside(d) else {}
    for percent in PERCENT:
        x, y1 = d[1, 0].inverse(percent / 100), d[1, 1].inverse(percent / 100)
        if not inside(d, x):
            continue
        v = k(x)
        step = lambda key, at: lambda y: (y <= at) - d[key].cdf(at)
        f, fx = d[0, 1].density(v), d[0, 0].density(x) / d[1, 0].density(x)
        parts = {
            (1, 1): lambda y: -step((1, 1), y1)(y) / d[1, 1].density(y1),
            (1, 0): lambda y: fx / f * step((1, 0), x)(y),
            (0, 0): lambda y: -step((0, 0), x)(y) / f,
            (0, 1): lambda y: step((0, 1), v)(y) / f,
        }
        out[f"quantile:quantile {percent} %"] = (y1 - v, error(d, parts))
    return out | gap(out)


def inside(d, x):
    """Whether the comparison group before tells how an outcome of the treated before would have changed."""
    return d[0, 0].support[0] <= x <= d[0, 0].support[-1]


def mostly_inside(d):
    """Whether the comparison group before tells how the mean of the treated would have changed."""
    before = d[1, 0]
    return sum(w for y, w in zip(before.y, before.w) if not inside(d, y)) <= MOST_OUTSIDE


def gap(out):
    low, high = (out.get(f"quantile:quantile {p} %") for p in (PERCENT[0], PERCENT[-1]))
    return {f"quantile:gap: effect at {PERCENT[-1]} % minus effect at {PERCENT[0]} %": (high[0] - low[0], None)} if low and high else {}


def qdid(panel):
    d = groups(panel)
    mean = {key: dist.w @ dist.y for key, dist in d.items()}
    change = lambda v: ((v[1, 1] - v[1, 0]) - (v[0, 1] - v[0, 0]), None)
    of = lambda p: {key: dist.inverse(p / 100) for key, dist in d.items()}
    out = {"overall": change(mean)} | {f"quantile:quantile {p} %": change(of(p)) for p in PERCENT}
    return out | gap(out)


def by_diff_diff(panel):
    d = collapsed(panel.rows)
    n, d0 = np.sum(d.arm == 0), groups(panel)
    if np.any(np.arange(n + 1) / n * n > np.arange(n + 1)):
        raise Unable("diff-diff takes the next outcome where k/n times n is rounded above k, as R's quantile(type = 1) does")
    both = pd.concat([d.assign(y=d.before, post=0), d.assign(y=d.after, post=1)])
    fit = diff_diff.ChangesInChanges(quantiles=[p / 100 for p in PERCENT], n_bootstrap=0).fit(
        both, outcome="y", treatment="arm", time="post"
    )
    effects = {p: float(v) for p, v in zip(PERCENT, fit.quantile_effects["qte"]) if inside(d0, d0[1, 0].inverse(p / 100))}
    mean = {"overall": (fit.att, None)} if mostly_inside(d0) else {}
    out = mean | {f"quantile:quantile {p} %": (v, None) for p, v in effects.items()}
    return out | gap(out)


def refused(panel):
    """One treated unit is no distribution."""
    return "EST-004" if several_starts(panel) else "PANEL-010" if lone(panel) else None


HOW = dict(panels=one_start, kinds=("overall", "quantile"), expected=refused)
CASES = {
    "changes-in-changes": [
        Case("changes-in-changes", cic, weights="w", **HOW),
        Case("changes-in-changes", by_diff_diff, **HOW),
        Case("changes-in-changes", with_covariate, weights="w", flags="--cluster cluster --covariates z", **HOW),
        Case("changes-in-changes:method=qdid", qdid, weights="w", **HOW),
    ]
}
