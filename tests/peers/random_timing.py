"""roth-santanna by its definition (Roth and Sant'Anna 2023, equations 3 to 8): matrices of cohorts' means and covariances.

R's staggered has no port that pip installs, and neither covariates nor weights: those are further contrasts and fixed numbers of the
units (tests/golden/data/make_rollout.py, which this one's matrices are beside). Units without a row in some period, and cohorts of a single cluster, are left out
on both sides: one alone shows no variance.
"""

import numpy as np
import pandas as pd

from compare import Case
from panels import staggered, without_always
from program import Refused


class Lottery:
    def __init__(self, panel, by_cluster, x=None):
        d = without_always(panel.rows)
        d = d[d.groupby("unit").period.transform("size") == panel.rows.period.nunique()]
        y = d.pivot(index="unit", columns="period", values="y")
        of = d.drop_duplicates("unit").set_index("unit").reindex(y.index)
        cohort = of.cohort.fillna(np.inf)
        cluster = of.cluster if by_cluster else pd.Series(y.index, y.index)
        alone = [g for g in cohort.unique() if cluster[cohort == g].nunique() < 2]
        keep = ~cohort.isin(alone)
        self.times = np.array(y.columns)
        # Weights and the covariate in the last period before anyone starts.
        starts = [g for g in cohort[keep] if np.isfinite(g)]
        early = max([t for t in self.times if starts and t < min(starts)], default=self.times[0])
        base = d[d.period == early].set_index("unit").reindex(y.index)
        w = base.w if panel.weighted else pd.Series(1.0, y.index)
        z = np.column_stack([y.to_numpy()] + ([base[x].to_numpy()] if x else []))
        z = pd.DataFrame(z, index=y.index)
        self.covariate = bool(x)
        self.cohorts = sorted(cohort[keep].unique())
        self.size, self.mean, self.spread, self.first = {}, {}, {}, {}
        for g in self.cohorts:
            own = z[keep & (cohort == g)]
            n, u = cluster[own.index].nunique(), w[own.index]
            self.size[g], self.mean[g] = u.sum(), (u.to_numpy() @ own.to_numpy()) / u.sum()
            sums = (own - self.mean[g]).mul(u, axis=0).groupby(cluster[own.index]).sum().to_numpy()
            # The covariance of the cohort's mean, times its size: S_g where each unit is a cluster and weighs one.
            self.spread[g] = sums.T @ sums * n / (n - 1) / self.size[g]

    def cells(self):
        """(cohort, period, the period before its start, event time, those not treated by then)."""
        for g in self.cohorts:
            before = np.flatnonzero(self.times < g)
            if not np.isfinite(g) or not len(before):
                continue
            for t in range(before[-1] + 1, len(self.times)):
                later = [h for h in self.cohorts if h > self.times[t]]
                if later:
                    yield g, t, before[-1], int(self.times[t] - g), later

    def contrast(self, weight, last):
        """A_g for the effect and for what comes before: weights on the cohorts' means by period."""
        a, x = ({g: np.zeros(len(self.times) + self.covariate) for g in self.cohorts} for _ in range(2))
        for (g, t, base, _, later), w in weight:
            for side, at in ((a, t), (x, base)):
                side[g][at] += w
                against = later[-1:] if last else later
                total = sum(self.size[h] for h in against)
                for h in against:
                    side[h][at] -= w * self.size[h] / total
        return a, x

    def covariance(self, a, b):
        return sum(a[g] @ self.spread[g] @ b[g] / self.size[g] for g in self.cohorts)

    def effect(self, weight, beta, refined):
        a, x = self.contrast(weight, beta == "sa")
        of = lambda c: sum(c[g] @ self.mean[g] for g in self.cohorts)
        b = {"efficient": None, "cs": 1.0, "sa": 1.0, "unadjusted": 0.0}[beta]
        if self.covariate:
            # The contrast of the effect, with the covariate in the outcome's place.
            last = {g: np.append(np.zeros(len(self.times)), a[g].sum()) for g in self.cohorts}
            products = np.array([[self.covariance(u, v) for v in (x, last)] for u in (x, last)])
            b = np.linalg.solve(products, [self.covariance(u, a) for u in (x, last)])
            x, b = {g: b[0] * x[g] + b[1] * last[g] for g in self.cohorts}, 1.0
        if b is None:
            b = self.covariance(x, a) / self.covariance(x, x)
        left = {g: a[g] - b * x[g] for g in self.cohorts}
        variance = self.covariance(left, left)
        if refined:
            variance -= self.reduction(a)
        return of(left), float(np.sqrt(max(variance, 0.0)))

    def reduction(self, a):
        """What outcomes before anyone's treatment tell of the spread of the effects (section 2)."""
        early = int(np.sum(self.times < min(g for g in self.cohorts)))
        s = {g: self.spread[g] for g in self.cohorts}
        beta = sum(np.linalg.pinv(s[g][:early, :early], hermitian=True, rcond=1e-11) @ s[g][:early] @ a[g] for g in self.cohorts)
        mean = sum(s[g][:early, :early] for g in self.cohorts) / len(self.cohorts)
        return beta @ mean @ beta / sum(self.size.values())

    def weights(self, family, by_size=False):
        """Cells by cohort size within a family, families alike or by their cohort's size."""
        cells = [(c, family(c)) for c in self.cells()]
        cells = [(c, k) for c, k in cells if k is not None]
        total = {}
        for c, k in cells:
            total[k] = total.get(k, 0) + self.size[c[0]]
        share = {k: self.size[k] if by_size else 1.0 for k in total}
        return [(c, self.size[c[0]] / total[k] * share[k] / sum(share.values())) for c, k in cells]


def roth_santanna(panel, beta="efficient", by_cluster=True, refined=False, x=None):
    lottery = Lottery(panel, by_cluster, x)
    if not any(lottery.cells()):
        raise Refused("no cohort can be compared with a later one")
    of = lambda family, **how: lottery.effect(lottery.weights(family, **how), beta, refined)
    out = {
        "overall": of(lambda c: 0),
        "overall-group": of(lambda c: c[0], by_size=True),
        "overall-calendar": of(lambda c: c[1]),
        "overall-dynamic": of(lambda c: c[3]),
    }
    for e in {c[3] for c in lottery.cells()}:
        out[f"event:{e}"] = of(lambda c: 0 if c[3] == e else None)
    return out


ALL = ("overall", "overall-group", "overall-calendar", "overall-dynamic", "event")
CASES = {
    "roth-santanna": [
        *(
            Case(f"roth-santanna:beta={b}", lambda p, b=b: roth_santanna(p, b), staggered, ALL)
            for b in ("efficient", "cs", "sa", "unadjusted")
        ),
        Case("roth-santanna", lambda p: roth_santanna(p, by_cluster=False), staggered, ALL, flags=""),
        Case("roth-santanna:variance=refined", lambda p: roth_santanna(p, by_cluster=False, refined=True), staggered, ALL, flags=""),
        Case("roth-santanna", roth_santanna, staggered, ALL, weights="w"),
        Case("roth-santanna:beta=cs", lambda p: roth_santanna(p, "cs"), staggered, ALL, weights="w"),
        Case(
            "roth-santanna",
            lambda p: roth_santanna(p, by_cluster=False, x="x"),
            staggered,
            ALL,
            weights="w",
            flags="--covariates x",
        ),
    ]
}
