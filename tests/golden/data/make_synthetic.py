"""synthetic-did and synthetic-control with weights of units, by exact quadratic programmes, and by diff-diff where it has them.

Weights are those of the last year before anyone starts. Treated means, the shares of starts and the regression on covariates are
weighted. fitted: a comparison unit of weight w (their mean taken for one) has the penalty ζ²ω²/w, and counts w times in the sums that
time weights minimise and in the noise. composed: both searched without weights, then ω·w made to add up to one.

    python make_synthetic.py    # needs numpy, pandas, scipy, diff-diff 3.13; reads classrooms.csv, writes synthetic.json
"""

import itertools
import json
import pathlib
import warnings

import numpy as np
import pandas as pd
from scipy.optimize import nnls

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent


def simplex(a, b, ridge):
    """argmin |Ax - b|^2 + sum(ridge x^2) over the simplex: the point of a hull nearest to 0."""
    m = np.vstack([a - b[:, None], np.diag(np.sqrt(ridge))])
    scale = np.abs(m).max()
    u = nnls(np.vstack([m / scale, np.ones(a.shape[1])]), np.append(np.zeros(len(m)), 1.0), maxiter=100_000)[0]
    return u / u.sum()


class World:
    def __init__(self, rows, covariate=None, weighted=True):
        first = min(g for g in rows.profile_year if g > 0)
        self.years = np.array(sorted(rows.year.unique()))
        base = rows[rows.year == first - 1].set_index("classroom")
        self.w = base.students.to_numpy() if weighted else np.ones(len(base))
        self.start, self.school = base.profile_year.to_numpy(), base.school.to_numpy()
        self.free = self.start == 0
        wide = lambda c: rows.pivot(index="classroom", columns="year", values=c).reindex(base.index).to_numpy()
        self.y, self.x = wide("math"), wide(covariate) if covariate else None

    def adjusted(self, free):
        """What the covariate explains among comparison units, weighted, taken off."""
        if self.x is None:
            return self.y
        w = self.w[free]

        def inside(m):
            m = m[free] - m[free].mean(1, keepdims=True)
            return m - w @ m / w.sum()

        x, y = inside(self.x), inside(self.y)
        return self.y - self.x * (np.sum(w[:, None] * x * y) / np.sum(w[:, None] * x * x))

    def found(self, treated, free, start, tilt, control, zeta=None):
        """Unit weights, time weights and zeta for the treated and comparison units named by masks."""
        y = self.adjusted(free)
        w = self.w[free] / self.w[free].mean()
        c = w if tilt == "fitted" else np.ones(len(w))
        t0, controls = int(np.sum(self.years < start)), y[free]
        change = np.diff(controls[:, :t0], axis=1)
        n = c.sum() * change.shape[1]
        mean = np.sum(c[:, None] * change) / n
        noise = np.sqrt(np.sum(c[:, None] * (change - mean) ** 2) / (n - 1))
        own = self.w[treated] @ y[treated] / self.w[treated].sum()
        if zeta is None:
            zeta = (1e-6 if control else (treated.sum() * (y.shape[1] - t0)) ** 0.25) * noise
        before = controls[:, :t0].T
        if control:
            omega, lamda = simplex(before, own[:t0], t0 * zeta**2 / c), np.zeros(t0)
        else:
            omega = simplex(before - before.mean(0), own[:t0] - own[:t0].mean(), t0 * zeta**2 / c)
            level = controls[:, :t0].mean(1, keepdims=True)
            early, late = controls[:, :t0] - level, (controls[:, t0:] - level).mean(1)
            early, late = early - c @ early / c.sum(), late - c @ late / c.sum()
            root = np.sqrt(c)
            lamda = simplex(root[:, None] * early, root * late, np.full(t0, c.sum() * (1e-6 * noise) ** 2))
        if tilt == "composed":
            omega = omega * w / np.sum(omega * w)
        return omega, lamda, zeta

    def effect(self, treated, free, start, omega, lamda):
        y = self.adjusted(free)
        t0 = len(lamda)
        gap = self.w[treated] @ y[treated] / self.w[treated].sum() - omega @ y[free]
        return gap[t0:] - lamda @ gap[:t0]

    def starts(self):
        return sorted(set(self.start[~self.free]))

    def put_together(self, by_start):
        """{start: (size, effects)}: overall, each start, each time since it."""
        every = [(g, e, size, v) for g, (size, effects) in by_start.items() for e, v in zip(self.years[self.years >= g] - g, effects)]
        mean = lambda use: float(sum(n * v for g, e, n, v in every if use(g, e)) / sum(n for g, e, n, _ in every if use(g, e)))
        out = {"overall": mean(lambda g, e: True)} | {f"event:{k}": mean(lambda g, e: e == k) for k in sorted({int(e[1]) for e in every})}
        if len(by_start) > 1:
            out |= {f"group:{int(g)}": mean(lambda h, e, g=g: h == g) for g in by_start}
        return out

    def estimate(self, tilt, control):
        self.main, out = {}, {}
        for g in self.starts():
            treated = self.start == g
            self.main[g] = self.found(treated, self.free, g, tilt, control)
            out[g] = self.w[treated].sum(), self.effect(treated, self.free, g, *self.main[g][:2])
        return self.put_together(out)

    def jackknife(self, estimate):
        """Each school left out, the weights found with all of them made to add up to one again; covariates' part as with all."""
        y, squares = self.adjusted(self.free), {k: 0.0 for k in estimate}
        schools = sorted(set(self.school))
        for s in schools:
            left, out = self.school != s, {}
            for g in self.starts():
                treated = (self.start == g) & left
                omega, lamda, _ = self.main[g]
                omega = omega * left[self.free]
                gap = self.w[treated] @ y[treated] / self.w[treated].sum() - omega @ y[self.free] / omega.sum()
                t0 = len(lamda)
                out[g] = self.w[treated].sum(), gap[t0:] - lamda @ gap[:t0]
            for k, v in self.put_together(out).items():
                squares[k] += (v - estimate[k]) ** 2
        n = len(schools)
        return {k: float(np.sqrt((n - 1) / n * v)) for k, v in squares.items()}

    def placebo(self, tilt, control):
        """One start of m schools: every choice of m comparison schools as if they had started, zeta as it was, the noise anew."""
        (g,) = self.starts()
        m = len(set(self.school[~self.free]))
        values = []
        for chosen in itertools.combinations(sorted(set(self.school[self.free])), m):
            treated = self.free & np.isin(self.school, chosen)
            free = self.free & ~treated
            omega, lamda, _ = self.found(treated, free, g, tilt, control, self.main[g][2])
            values.append(self.effect(treated, free, g, omega, lamda).mean())
        return float(np.std(values))


def by_diff_diff(rows, start):
    """One start; its search stops by a rule of its own."""
    import diff_diff

    d = rows.assign(D=(rows.profile_year > 0).astype(int))
    fit = diff_diff.SyntheticDiD(variance_method="jackknife", seed=1).fit(
        d, outcome="math", treatment="D", unit="classroom", time="year", post_periods=[t for t in sorted(d.year.unique()) if t >= start],
        survey_design=diff_diff.SurveyDesign(weights="students"),
    )
    return f"diff-diff {diff_diff.__version__}", {"start": start, "overall": float(fit.att)}


def main():
    rows = pd.read_csv(HERE / "classrooms.csv")
    cases = []
    for estimator, control in (("synthetic-did", False), ("synthetic-control", True)):
        for tilt in ("fitted", "composed"):
            for covariate in (None, "attendance"):
                world = World(rows, covariate)
                effects = world.estimate(tilt, control)
                case = {"estimator": estimator, "weighting": tilt, "covariates": covariate, "effects": effects}
                cases.append(case | {"jackknife": world.jackknife(effects)})
    placebos = []
    few = sorted(set(rows[rows.profile_year == 2020].school))[:2]
    few = rows[rows.school.isin(few) | (rows.profile_year == 0)]
    for estimator, control in (("synthetic-did", False), ("synthetic-control", True)):
        for tilt in ("fitted", "composed"):
            world = World(few)
            effects = world.estimate(tilt, control)
            placebos.append({"estimator": estimator, "weighting": tilt, "overall": effects["overall"], "se": world.placebo(tilt, control)})
    out = {"note": "made by make_synthetic.py", "cases": cases, "placebo": placebos}
    peers = [by_diff_diff(rows[rows.profile_year.isin([0, start])], start) for start in (2019, 2020, 2022)]
    out[peers[0][0]] = [p for _, p in peers]
    with open(HERE / "synthetic.json", "w") as file:
        json.dump(out, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
