"""imputation and two-stage: the first stage on untreated rows, by diff-diff and by every column and weight written out.

diff-diff's ImputationDiD and TwoStageDiD take no weights here; with weights, and for what they cannot do, each row's weight in
the estimate is made by dense least squares (Borusyak, Jaravel and Spiess 2024, theorem 2; Gardner 2022).
"""

import warnings

import numpy as np

from compare import Case
from panels import never, staggered, treated

warnings.simplefilter("ignore")
import diff_diff


class World:
    """The rows whose untreated outcome the first stage can tell, its design, and its residual in every row."""

    def __init__(self, panel, weights="v", unit=True, x=None):
        d = panel.rows
        d = d.assign(D=treated(d), e=np.where(never(d), -99, d.period - d.cohort.fillna(0)), u=d.unit if unit else d.cohort.fillna(9999))
        for _ in range(10):
            free = d[d.D == 0]
            d = d[d.u.isin(free.u) & d.period.isin(free.period)]
        self.d, self.free, self.e = d, (d.D == 0).to_numpy(), d.e.to_numpy()
        self.y, self.g, self.t = d.y.to_numpy(), d.cohort.to_numpy(), d.period.to_numpy()
        self.w = d[weights].to_numpy() if panel.weighted else np.ones(len(d))
        self.c = d.cluster.to_numpy()
        columns = [(d[k].to_numpy()[:, None] == np.unique(d[k])[None, :]) * 1.0 for k in ("u", "period")]
        self.f = np.column_stack(columns + ([d[x].to_numpy()[:, None]] if x else []))
        self.root = np.sqrt(self.w[self.free])
        self.inverse = np.linalg.pinv(self.f[self.free] * self.root[:, None], rcond=1e-12)
        self.left = self.y - self.f @ (self.inverse @ (self.y[self.free] * self.root))

    def effect(self, where):
        """The mean effect on those rows, their weights a, and the implied weight of every outcome."""
        a = np.where(where, self.w, 0.0)
        a = a / a.sum()
        v = a.copy()
        v[self.free] -= self.root * (self.inverse.T @ (self.f.T @ a))
        return a @ self.left, a, v

    def error(self, psi):
        return float(np.sqrt(sum(psi[self.c == c].sum() ** 2 for c in np.unique(self.c))))

    def imputation(self, where):
        """Conservative: an effect counts by its deviation from its cohort's and period's mean, by squared weights."""
        estimate, a, v = self.effect(where)
        psi = (v - a) * self.left
        for g in np.unique(self.g[where]):
            for t in np.unique(self.t[where]):
                cell = np.flatnonzero((self.g == g) & (self.t == t) & where)
                k = a[cell] ** 2
                psi[cell] += a[cell] * (self.left[cell] - (k @ self.left[cell]) / k.sum())
        return estimate, psi

    def two_stage(self, where):
        estimate, a, v = self.effect(where)
        return estimate, a * (self.left - estimate) + (v - a) * self.left

    def all(self, how, later=True):
        """The overall effect, those by event time and the plain mean of these from 0 on; the last time before the start is the
        reference. `how` gives an estimate and each row's influence."""
        seen = np.unique(self.e[self.e >= (0 if later else -98)])
        shown = [k for k in seen if k != max((e for e in seen if e < 0), default=None)]
        by_time = {k: how(self.e == k) for k in shown}
        from_start = [v for k, v in by_time.items() if k >= 0]
        out = {"overall": how(self.e >= 0), "overall-dynamic": tuple(sum(part) / len(from_start) for part in zip(*from_start))}
        out |= {f"event:{int(k)}": v for k, v in by_time.items()}
        return {key: (estimate, self.error(psi)) for key, (estimate, psi) in out.items()}


def imputation(panel, **how):
    world = World(panel, **how)
    return world.all(world.imputation)


def two_stage(panel, **how):
    world = World(panel, **how)
    return world.all(world.two_stage, later=False)


def by_diff_diff(estimator):
    def peer(panel):
        d = panel.rows.assign(g=panel.rows.cohort.fillna(0).astype(int))
        # 0 means never there too: periods are moved so that none is 0.
        move = 1 - int(d.period.min())
        d["t"], d["g"] = d.period + move, np.where(d.cohort.isna(), 0, np.maximum(d.g + move, 1))
        fit = estimator(cluster="cluster").fit(d, outcome="y", unit="unit", time="t", first_treat="g", aggregate="event_study")
        out = {"overall": (fit.overall_att, fit.overall_se)}
        for e, row in fit.event_study_effects.items():
            if e >= 0 and np.isfinite(row["effect"]):
                out[f"event:{e}"] = (row["effect"], row["se"])
        return out

    return peer


BOTH, ALL = ("overall", "event"), ("overall", "overall-dynamic", "event")
CASES = {
    "imputation": [
        Case("imputation", by_diff_diff(diff_diff.ImputationDiD), staggered, BOTH),
        Case("imputation", imputation, staggered, ALL, weights="v"),
        Case("imputation", lambda p: imputation(p, x="x"), staggered, ALL, flags="--cluster cluster --covariates x", weights="v"),
    ],
    "two-stage": [
        Case("two-stage", by_diff_diff(diff_diff.TwoStageDiD), staggered, ("overall", "event+")),
        Case("two-stage", two_stage, staggered, ALL, weights="v"),
        Case("two-stage", lambda p: two_stage(p, unit=False), staggered, ALL, weights="v", unit=False),
    ],
}
