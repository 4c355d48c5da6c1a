"""synthetic-did and synthetic-control: the exact quadratic programme by scipy, and diff-diff's search by Frank and Wolfe.

With weights: the same programme with the penalty of a unit divided by its weight, sums over comparison units weighted
(weighting=fitted), or diff-diff's composition of what was found without them (weighting=composed). Units without a row in some period, and those that start before the third, are left out on both sides.
"""

import warnings

import numpy as np
from scipy.optimize import nnls

from compare import Case
from panels import one_start, staggered
from program import Refused

warnings.simplefilter("ignore")
import diff_diff


def usable(panel):
    d = panel.rows
    second = sorted(d.period.unique())[1]
    d = d[~(d.cohort <= second)]
    d = d[d.groupby("unit").period.transform("size") == d.period.nunique()]
    if d[d.cohort.notna()].empty or d[d.cohort.isna()].unit.nunique() < 2:
        raise Refused("nobody treated is seen in every period")
    return d


def simplex(a, b, ridge):
    """argmin |Aw - b|^2 + sum(ridge w^2) over the simplex: the point of a hull nearest to 0, which non-negative least squares finds
    up to its length."""
    m = np.vstack([a - b[:, None], np.diag(np.sqrt(ridge) * np.ones(a.shape[1]))])
    scale = np.abs(m).max()
    u = nnls(np.vstack([m / scale, np.ones(a.shape[1])]), np.append(np.zeros(len(m)), 1.0), maxiter=100_000)[0]
    return u / u.sum()


def stepped(a, b, zeta, noise, c=1.0):
    """R's synthdid: at most 100 steps from even weights, those of a quarter of the largest and less set to zero, at most 10,000
    more; it stops when the mean square falls by less than (noise / 100,000)^2."""
    eta, x = len(a) * zeta**2 / c, np.full(a.shape[1], 1 / a.shape[1]) * c
    for most in (100, 10_000):
        before = np.inf
        for t in range(most):
            gradient = a.T @ (a @ x - b) + eta * x
            d = -x
            d[np.argmin(gradient)] += 1
            error = a @ d
            curvature = error @ error + d @ (eta * d)
            x = x + (min(1.0, max(0.0, -(gradient @ d) / curvature)) if curvature > 0 else 0.0) * d
            now = zeta**2 * (x @ (x / c)) + np.sum((a @ x - b) ** 2) / len(a)
            if t >= 1 and not before - now > (1e-5 * noise) ** 2:
                break
            before = now
        if most == 100:
            x = np.where(x <= x.max() / 4, 0.0, x)
            x = x / x.sum()
    return x


def spread(before, c):
    """The standard deviation of changes from period to period, weighted."""
    change = np.diff(before, axis=1)
    n = c.sum() * change.shape[1]
    return np.sqrt(np.sum(c[:, None] * (change - c @ change.sum(1) / n) ** 2) / (n - 1))


def one_cohort(controls, treated, start, control_only, steps, w, v, composed):
    """Effect in every period from the start on (Arkhangelsky et al. 2021, eqs. 4 to 7); w and v: weights of comparison units, one on
    average, and of the treated."""
    before, after = controls[:, :start], controls.shape[1] - start
    c = np.ones(len(controls)) if composed else w
    noise, n = spread(before, c), len(controls)
    mean = v @ treated / v.sum()
    tilted = lambda omega: omega * w / (omega @ w) if composed else omega
    if control_only:
        zeta = 1e-6 * noise
        omega = stepped(before.T, mean[:start], zeta, noise, c) if steps else simplex(before.T, mean[:start], start * zeta**2 / c)
        return mean[start:] - tilted(omega) @ controls[:, start:]
    centred = lambda m: m - m.mean(0)
    zeta = (len(treated) * after) ** 0.25 * noise
    omega = tilted(simplex(centred(before.T), mean[:start] - mean[:start].mean(), start * zeta**2 / c))
    late = controls[:, start:].mean(1)
    # Rows less their own mean before: weights that add up to one do not see it, and digits are kept.
    own = before.mean(1)
    inside = lambda m: np.sqrt(c if m.ndim == 1 else c[:, None]) * (m - c @ m / n)
    lamda = simplex(inside(before - own[:, None]), inside(late - own), n * (1e-6 * noise) ** 2)
    gap = mean - omega @ controls
    return gap[start:] - lamda @ gap[:start]


def exact(panel, control_only=False, x=None, steps=False, composed=False):
    d = usable(panel)
    d = d.assign(weight=d.w if panel.weighted else 1.0)
    if x:
        free = d[d.cohort.isna()]

        def inside(v):
            v = v - v.groupby(free.unit).transform("mean")
            return v - (v * free.weight).groupby(free.period).transform("sum") / free.weight.groupby(free.period).transform("sum")

        u = inside(free[x])
        d = d.assign(y=d.y - d[x] * ((u * free.weight) @ inside(free.y)) / ((u * free.weight) @ u))
    y = d.pivot(index="unit", columns="period", values="y")
    of = d.drop_duplicates("unit").set_index("unit").reindex(y.index)
    cohort, weight = of.cohort, of.weight
    times, controls = np.array(y.columns), y[cohort.isna()].to_numpy()
    w = weight[cohort.isna()].to_numpy() / weight[cohort.isna()].mean()
    effects = []  # cohort, event time, how many, effect
    for g in sorted(cohort.dropna().unique()):
        own, v, start = y[cohort == g].to_numpy(), weight[cohort == g].to_numpy(), int(np.sum(times < g))
        for t, effect in zip(times[start:], one_cohort(controls, own, start, control_only, steps, w, v, composed)):
            effects.append((int(g), int(t - g), v.sum(), effect))
    mean = lambda use: (sum(n * v for g, e, n, v in effects if use(g, e)) / sum(n for g, e, n, _ in effects if use(g, e)), None)
    out = {"overall": mean(lambda g, e: True)} | {f"event:{k}": mean(lambda g, e: e == k) for k in {e[1] for e in effects}}
    starts = {e[0] for e in effects}
    return out | ({f"group:{k}": mean(lambda g, e: g == k) for k in starts} if len(starts) > 1 else {})


def jackknife(panel):
    """One start: each unit left out in turn, the weights of the others made to add up to one again (algorithm 3)."""
    d = usable(panel)
    y = d.pivot(index="unit", columns="period", values="y")
    cohort = d.drop_duplicates("unit").set_index("unit").reindex(y.index).cohort
    controls, own = y[cohort.isna()].to_numpy(), y[cohort.notna()].to_numpy()
    start = int(np.sum(np.array(y.columns) < d.cohort.min()))
    noise = np.diff(controls[:, :start], axis=1).std(ddof=1)
    omega = stepped(controls[:, :start].T, own.mean(0)[:start], 1e-6 * noise, noise)
    late = [m[:, start:].mean(1) for m in (own, controls)]
    effect = late[0].mean() - omega @ late[1]
    if alone(panel):
        return {"overall": (effect, None)}
    without = [np.delete(late[0], i).mean() - omega @ late[1] for i in range(len(own))]
    without += [late[0].mean() - np.delete(omega * late[1], j).sum() / np.delete(omega, j).sum() for j in range(len(omega))]
    n = len(without)
    return {"overall": (effect, np.sqrt((n - 1) / n * np.sum((np.array(without) - np.mean(without)) ** 2)))}


def by_diff_diff(panel):
    """Estimate and jackknife of one start: the same steps and stopping rule as R's synthdid."""
    d = usable(panel)
    d = d.assign(D=d.cohort.notna().astype(int))
    post = [t for t in sorted(d.period.unique()) if t >= d.cohort.min()]
    fit = diff_diff.SyntheticDiD(variance_method="jackknife", seed=1).fit(
        d, outcome="y", treatment="D", unit="unit", time="period", post_periods=post
    )
    return {"overall": (fit.att, None if alone(panel) else fit.se)}


def long(seed):
    return one_start(seed, n_periods=7)


def inference(panel):
    return "placebo" if alone(panel) else "jackknife:center=mean"


def alone(panel):
    """The jackknife needs two treated units; a placebo start among comparison units does not."""
    d = usable(panel)
    return d[d.cohort.notna()].unit.nunique() == 1


ALL = ("overall", "event", "group")
CASES = {
    "synthetic-did": [
        Case("synthetic-did", by_diff_diff, long, ("overall",), inference_of=inference, flags=""),
        Case("synthetic-did:solver=exact", exact, staggered, ALL, inference_of=inference, flags="", weights="w"),
        Case(
            "synthetic-did:solver=exact,weighting=composed",
            lambda p: exact(p, composed=True),
            staggered,
            ALL,
            inference_of=inference,
            flags="",
            weights="w",
            expected=lambda p: None if p.weighted else "EST-041",
        ),
        Case(
            "synthetic-did:solver=exact",
            lambda p: exact(p, x="x"),
            staggered,
            ALL,
            inference_of=inference,
            flags="--covariates x",
            weights="w",
        ),
        Case("synthetic-did:solver=exact", exact, staggered, ALL, inference_of=inference, flags=""),
        Case("synthetic-did:solver=exact", lambda p: exact(p, x="x"), staggered, ALL, inference_of=inference, flags="--covariates x"),
    ],
    "synthetic-control": [
        Case("synthetic-control", jackknife, long, ("overall",), inference_of=inference, flags=""),
        Case(
            "synthetic-control",
            lambda p: exact(p, True, steps=True),
            staggered,
            ALL,
            inference_of=inference,
            flags="",
            weights="w",
        ),
        Case("synthetic-control", lambda p: exact(p, True, steps=True), staggered, ALL, inference_of=inference, flags=""),
        Case("synthetic-control:solver=exact", lambda p: exact(p, True), staggered, ALL, inference_of=inference, flags=""),
    ],
}
