"""Imputation and two-stage on classrooms_unbalanced.csv by brute force: a column for every unit (or cohort), period and
covariate, the weight of every row's outcome in the estimate written out, and no algebra that didact uses. Needs numpy.

What other software does not give: weights (didimputation 0.5.0 uses the square of the weights in the variance's implied
weights, which then do not give back the estimate), leave-out, Stata's average by clusters, cross-sections, the jackknife."""
import csv, json, numpy as np
ROWS = list(csv.DictReader(open("classrooms_unbalanced.csv")))
def column(rows, k): return np.array([float(r[k]) for r in rows])
def dummies(x): return (x[:, None] == np.unique(x)[None, :]) * 1.0

class World:
    def __init__(self, rows, unit="classroom", weights=False, covariates=None):
        t, g = column(rows, "year"), column(rows, "profile_year"); e = np.where(g > 0, t - g, -99)
        u = g if unit is None else column(rows, unit)
        keep = np.isin(u, u[e < 0]) & np.isin(t, t[e < 0])
        rows = [r for r, k in zip(rows, keep) if k]; self.rows, self.t, self.g, self.e = rows, t[keep], g[keep], e[keep]
        self.y, self.w, self.s = column(rows, "math"), column(rows, "students") if weights else np.ones(len(rows)), column(rows, "school")
        X = [dummies(u[keep]), dummies(self.t)]
        if covariates == "attendance": X.append(column(rows, "attendance")[:, None])
        if covariates == "frl by year": X.append(dummies(self.t) * column(rows, "frl")[:, None])
        self.F = np.column_stack(X); self.un = self.e < 0
    def effect(self, where):
        """Estimate, the weight of each outcome, tau or residual of each row."""
        F0, w0 = self.F[self.un], self.w[self.un]
        P = np.linalg.pinv((F0 * w0[:, None]).T @ F0, rcond=1e-11, hermitian=True)
        beta = P @ (F0 * w0[:, None]).T @ self.y[self.un]; r = self.y - self.F @ beta
        a = np.where(where, self.w, 0); a = a / a.sum(); v = a.copy()
        v[self.un] -= w0 * (F0 @ (P @ (self.F.T @ a)))
        assert abs(v @ self.y - a @ r) < 1e-8, "implied weights give the estimate back"
        return a @ r, a, v, r
    def se_two_stage(self, where):
        est, a, v, r = self.effect(where)
        psi = a * (r - est) + (v - a) * r
        return [sum(psi[self.s == c].sum() ** 2 for c in np.unique(self.s)) ** .5, psi]
    def se_imputation(self, where, by_cluster=False, leave_out=False):
        est, a, v, r = self.effect(where); psi = (v - a) * r
        for g in np.unique(self.g):
            for t in np.unique(self.t):
                cell = np.flatnonzero((self.g == g) & (self.t == t) & (a > 0))
                for c in np.unique(self.s[cell]):
                    pool = [i for i in cell if not leave_out or self.s[i] != c]
                    k = np.array([a[i] * a[[j for j in cell if self.s[j] == self.s[i]]].sum() if by_cluster else a[i] ** 2 for i in pool])
                    mean = k @ r[pool] / k.sum()
                    for i in cell:
                        if self.s[i] == c: psi[i] += a[i] * (r[i] - mean)
        return [sum(psi[self.s == c].sum() ** 2 for c in np.unique(self.s)) ** .5, psi]
    def targets(self):
        return {"overall": self.e >= 0, **{f"event:{k:.0f}": self.e == k for k in np.unique(self.e[self.e >= 0])}}
    def both(self, **how):
        return {k: {"estimate": self.effect(w)[0], "imputation": self.se_imputation(w, **how)[0], "two_stage": self.se_two_stage(w)[0]} for k, w in self.targets().items()}
    def pretrends(self, K):
        F = np.column_stack([self.F] + [(self.e == k) * 1.0 for k in range(-K, 0)])[self.un]; w, y, s = self.w[self.un], self.y[self.un], self.s[self.un]
        P = np.linalg.pinv((F * w[:, None]).T @ F, rcond=1e-11, hermitian=True); b = P @ (F * w[:, None]).T @ y; r = y - F @ b
        S = np.array([(F * (w * r)[:, None])[s == c].sum(0) for c in np.unique(s)]) @ P
        return {f"event:{k - K}": {"estimate": b[len(b) - K + k], "se": (S[:, len(b) - K + k] ** 2).sum() ** .5} for k in range(K)}

def dynamic(world, se):
    """The plain mean over event times 0 and later: estimate, standard error from the mean of the influence."""
    later = [w for k, w in world.targets().items() if k != "overall"]
    psi = np.mean([se(w)[1] for w in later], axis=0)
    return {"estimate": np.mean([world.effect(w)[0] for w in later]), "se": sum(psi[world.s == c].sum() ** 2 for c in np.unique(world.s)) ** .5}

def jackknife(rows, **how):
    full = World(rows, **how); b = full.effect(full.e >= 0)[0]; S = np.unique(full.s); left = []
    for c in S:
        one = World([r for r in rows if float(r["school"]) != c], **how); left.append(one.effect(one.e >= 0)[0])
    return ((len(S) - 1) / len(S) * sum((x - b) ** 2 for x in left)) ** .5

plain, weighted = World(ROWS), World(ROWS, weights=True)
nobody = [r for r in ROWS if r["profile_year"] != "0"]
out = {
    "weighted": weighted.both(), "leave_out": plain.both(leave_out=True), "by_cluster": weighted.both(by_cluster=True),
    "by_cluster_leave_out": weighted.both(by_cluster=True, leave_out=True), "weighted_leave_out": weighted.both(leave_out=True),
    "attendance": World(ROWS, weights=True, covariates="attendance").both(), "frl_by_year": World(ROWS, covariates="frl by year").both(),
    "cross_sections": World(ROWS, unit=None).both(), "cross_sections_attendance": World(ROWS, unit=None, weights=True, covariates="attendance").both(),
    "never_left_out": World(nobody).both(), "never_left_out_rows": len(World(nobody).rows),
    "pretrends": weighted.pretrends(2),
    "dynamic_imputation": dynamic(weighted, weighted.se_imputation), "dynamic_two_stage": dynamic(weighted, weighted.se_two_stage),
    "jackknife": jackknife(ROWS, weights=True),
}
json.dump(out, open("imputation.json", "w"), indent=1)
for k, v in out.items(): print(k, v.get("overall", v) if isinstance(v, dict) else v)
