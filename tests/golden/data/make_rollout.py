"""roth-santanna with covariates and weights, by matrices from the paper (Roth and Sant'Anna 2023, JPE: Microeconomics 1).

θ̂ = θ̂₀ − X̂'β, β = Var(X̂)⁻¹ Cov(X̂, θ̂₀). X̂ holds the contrast of θ̂₀ one period before each start, and for each covariate the
contrast of θ̂₀ with the covariate, of the period before anyone starts, in the outcome's place. R's staggered has neither covariates
nor weights. Every unit is a row of one table, Z = (its outcomes, its covariates); every quantity is a number per cohort and
column, so that any contrast is a sum, and Var of a cohort's weighted mean is n/(n−1) Σ_clusters (Σ w(z − z̄))(…)' / (Σw)².

    python make_rollout.py      # needs numpy, pandas; reads classrooms.csv, writes rollout.json
"""

import json
import pathlib

import numpy as np
import pandas as pd

HERE = pathlib.Path(__file__).parent


class Table:
    def __init__(self, rows, covariates, weight, cluster):
        years = sorted(rows.year.unique())
        wide = rows.pivot(index="classroom", columns="year", values="math")
        start = rows.drop_duplicates("classroom").set_index("classroom").profile_year.replace(0, np.inf)
        base = rows[rows.year == min(g for g in start if np.isfinite(g)) - 1].set_index("classroom").reindex(wide.index)
        self.years, self.k = np.array(years), len(covariates)
        self.z = np.column_stack([wide.to_numpy()] + [base[c].to_numpy() for c in covariates])
        self.w = base[weight].to_numpy() if weight else np.ones(len(wide))
        self.start = start.reindex(wide.index).to_numpy()
        self.cluster = base[cluster].to_numpy() if cluster else wide.index.to_numpy()
        self.cohorts = sorted(set(self.start))
        self.size = {g: self.w[self.start == g].sum() for g in self.cohorts}

    def mean(self, g):
        own = self.start == g
        return self.w[own] @ self.z[own] / self.size[g]

    def variance(self, g):
        own = self.start == g
        away = self.w[own, None] * (self.z[own] - self.mean(g)) / self.size[g]
        names = sorted(set(self.cluster[own]))
        sums = np.array([away[self.cluster[own] == c].sum(0) for c in names])
        return len(names) / (len(names) - 1) * sums.T @ sums

    def cells(self):
        for g in self.cohorts:
            if np.isfinite(g):
                for t in self.years[self.years >= g]:
                    if any(h > t for h in self.cohorts):
                        yield g, int(t), int(t - g)

    def contrast(self, of_cell):
        """For each cohort a row on outcomes (θ̂₀) and M rows on Z (X̂): the outcome before each start, then each covariate."""
        theta = {g: np.zeros(self.z.shape[1]) for g in self.cohorts}
        x = {g: np.zeros((1 + self.k, self.z.shape[1])) for g in self.cohorts}
        for (g, t, e), weight in of_cell:
            later = [h for h in self.cohorts if h > t]
            total = sum(self.size[h] for h in later)
            for h, part in [(g, weight)] + [(h, -weight * self.size[h] / total) for h in later]:
                theta[h][np.searchsorted(self.years, t)] += part
                x[h][0, np.searchsorted(self.years, g) - 1] += part
                for i in range(self.k):
                    x[h][1 + i, len(self.years) + i] += part
        return theta, x

    def effect(self, of_cell):
        theta, x = self.contrast(of_cell)
        v = {g: self.variance(g) for g in self.cohorts}
        xx = sum(x[g] @ v[g] @ x[g].T for g in self.cohorts)
        xt = sum(x[g] @ v[g] @ theta[g] for g in self.cohorts)
        beta = np.linalg.solve(xx, xt)
        left = {g: theta[g] - beta @ x[g] for g in self.cohorts}
        estimate = sum(left[g] @ self.mean(g) for g in self.cohorts)
        return [float(estimate), float(np.sqrt(sum(left[g] @ v[g] @ left[g] for g in self.cohorts)))]

    def effects(self):
        def of(family, by_size=False):
            cells = [(c, family(c)) for c in self.cells()]
            cells = [(c, f) for c, f in cells if f is not None]
            totals, shares = {}, {}
            for c, f in cells:
                totals[f] = totals.get(f, 0.0) + self.size[c[0]]
                shares[f] = self.size[c[0]] if by_size else 1.0
            return self.effect([(c, self.size[c[0]] / totals[f] * shares[f] / sum(shares.values())) for c, f in cells])

        out = {
            "overall": of(lambda c: 0),
            "overall-group": of(lambda c: c[0], True),
            "overall-calendar": of(lambda c: c[1]),
            "overall-dynamic": of(lambda c: c[2]),
        }
        return out | {f"event:{e}": of(lambda c: 0 if c[2] == e else None) for e in sorted({c[2] for c in self.cells()})}


def main():
    rows = pd.read_csv(HERE / "classrooms.csv")
    cases = []
    for covariates in ([], ["frl"], ["frl", "attendance"]):
        for weight in (None, "students"):
            for cluster in (None, "school"):
                if covariates or weight:
                    effects = Table(rows, covariates, weight, cluster).effects()
                    cases.append({"covariates": covariates, "weights": weight, "cluster": cluster, "effects": effects})
    # Without either it is what R's staggered says (expected.json, classrooms_staggered).
    plain = next(c for c in json.load(open(HERE / "expected.json"))["cases"] if c["id"] == "classrooms_staggered")["result"]
    ours = Table(rows, [], None, None).effects()["overall"]
    first = lambda v: v[0] if isinstance(v, list) else v
    assert abs(ours[0] / first(plain["estimate"]) - 1) < 1e-10 and abs(ours[1] / first(plain["se_neyman"]) - 1) < 1e-10
    # A unit of weight 2 is not two units, but as far as means go.
    doubled = rows.copy()
    twin = rows[rows.classroom % 3 == 0].assign(classroom=lambda d: d.classroom + 1000)
    doubled["two"] = np.where(doubled.classroom % 3 == 0, 2.0, 1.0)
    a, b = Table(doubled, ["frl"], "two", None), Table(pd.concat([rows, twin]), ["frl"], None, None)
    assert all(np.allclose(a.mean(g), b.mean(g)) for g in a.cohorts)
    with open(HERE / "rollout.json", "w") as file:
        json.dump({"note": "made by make_rollout.py", "cases": cases}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
