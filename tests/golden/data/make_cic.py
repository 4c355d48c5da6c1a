"""Changes-in-changes by brute force, written from the paper (Athey and Imbens 2006, Econometrica 74), and by other software.

Makes cic.csv (synthetic: two groups, before and after; a score, a grade of few values, a weight, a covariate that stays and one that
does not) and cic.json. With covariates: section 5.1, residuals of a dense regression on them and the four groups' dummies, with the
error of its coefficients through kernel means, which `slopes_as_differences` sets against differences of effects. Every distribution
function is a mean over all rows, every inverse a search over the support; nothing is sorted once or updated.

    python make_cic.py          # needs numpy, pandas, diff-diff 3.13
    python make_cic.py check    # the slopes and errors beside differences and resampling; writes nothing
"""

import csv
import json
import math
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent
PERCENT = [10, 25, 50, 75, 90]
EPS = 1e-11
SCORE, GRADE, WEIGHT, COVARIATES = 4, 5, 6, [7, 8]


def make():
    rng = np.random.default_rng(20061)
    rows = []
    pupil = 0
    for school in range(1, 13):
        arm = school % 2
        shock = rng.normal(0, 0.3)
        for _ in range(int(rng.integers(9, 17))):
            pupil += 1
            rank = rng.normal(0.35 * arm, 1) + shock
            weight = round(float(rng.uniform(0.5, 3)), 2)
            for post in (0, 1):
                u = rank + 0.4 * rng.normal()
                score = math.exp(0.5 * u) + (0.8 + 0.3 * u if post else 0.0)
                if arm and post:
                    score += 0.6 - 0.25 * u
                grade = int(min(6, max(0, round(3 + 1.3 * u + 0.5 * post + 0.7 * arm * post))))
                if pupil % 11 == 3 and post == arm:
                    continue  # some are missing once
                rows.append([pupil, school, arm, post, f"{score:.4f}", grade, weight])
    # Drawn last, so that they change nothing above.
    rng = np.random.default_rng(20062)
    scores = {}
    for row in rows:
        scores.setdefault(row[0], []).append(float(row[SCORE]))
    home = {p: f"{0.3 * np.mean(own) + rng.normal():.2f}" for p, own in scores.items()}
    for row in rows:
        row += [home[row[0]], int(rng.poisson(3 + 2 * row[3]))]
    with open(HERE / "cic.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["pupil", "school", "arm", "post", "score", "grade", "weight", "home", "absent"])
        out.writerows(rows)
    return rows


class Dist:
    """A weighted empirical distribution."""

    def __init__(self, y, w, cluster, x):
        self.y, self.w, self.cluster, self.x = map(np.asarray, (y, w, cluster, x))
        self.support = np.unique(self.y)

    def cdf(self, v):
        return float(np.sum(self.w * (self.y <= v)) / np.sum(self.w))

    def below(self, v):
        return float(np.sum(self.w * (self.y < v)) / np.sum(self.w))

    def inverse(self, q):
        """inf{v in the support: F(v) >= q}"""
        return min(v for v in self.support if self.cdf(v) >= q - EPS)

    def above(self, q):
        """inf{v in the support: F(v) > q}"""
        return min((v for v in self.support if self.cdf(v) > q + EPS), default=self.support.max())

    def mean(self, f=lambda v: v):
        return float(np.sum(self.w * np.array([f(v) for v in self.y])) / np.sum(self.w))

    def kernel(self, v):
        """Epanechnikov with variance one, h = 1.06 sd n^(-1/5)"""
        mean = self.mean()
        sd = math.sqrt(self.mean(lambda y: (y - mean) ** 2))
        n = np.sum(self.w) ** 2 / np.sum(self.w**2)
        h = 1.06 * sd * n**-0.2
        a = (v - self.y) / h
        return self.w * np.where(np.abs(a) < math.sqrt(5), 3 / (4 * math.sqrt(5)) * (1 - a**2 / 5), 0.0), h

    def density(self, v):
        k, h = self.kernel(v)
        return float(np.sum(k) / np.sum(self.w) / h)

    def near(self, v):
        """The covariates' means among rows with about this outcome."""
        k, _ = self.kernel(v)
        return k @ self.x / np.sum(k)


def regression(rows, column, weighted):
    """Dense least squares of the outcome on four dummies and the covariates: b, and each school's influence on it."""
    y = np.array([float(r[column]) for r in rows])
    x = np.array([[float(r[c]) for c in COVARIATES] for r in rows])
    w = np.array([r[WEIGHT] if weighted else 1.0 for r in rows])
    z = np.column_stack([[(r[2], r[3]) == g for r in rows] for g in ((0, 0), (0, 1), (1, 0), (1, 1))] + [x]).astype(float)
    bread = np.linalg.inv(z.T @ (w[:, None] * z))
    coefficients = bread @ z.T @ (w * y)
    scores = (w * (y - z @ coefficients))[:, None] * z @ bread
    school = np.array([r[1] for r in rows])
    return coefficients[4:], {s: scores[school == s].sum(0)[4:] for s in sorted(set(school))}


def groups(rows, column, weighted, leave=None, adjusted=False):
    rows = [r for r in rows if r[1] != leave]
    b = regression(rows, column, weighted)[0] if adjusted else np.zeros(len(COVARIATES))
    out = {}
    for arm in (0, 1):
        for post in (0, 1):
            chosen = [r for r in rows if r[2] == arm and r[3] == post]
            x = np.array([[float(r[c]) for c in COVARIATES] for r in chosen])
            y = np.array([float(r[column]) for r in chosen]) - x @ b
            out[arm, post] = Dist(y, [r[WEIGHT] if weighted else 1.0 for r in chosen], [r[1] for r in chosen], x)
    return out


def cic(d):
    """Equations 16 and 17."""
    k = lambda y: d[0, 1].inverse(d[0, 0].cdf(y))
    out = {"overall": d[1, 1].mean() - d[1, 0].mean(k)}
    for p in PERCENT:
        out[f"quantile {p} %"] = d[1, 1].inverse(p / 100) - d[0, 1].inverse(d[0, 0].cdf(d[1, 0].inverse(p / 100)))
    return out


def qdid(d):
    out = {"overall": (d[1, 1].mean() - d[1, 0].mean()) - (d[0, 1].mean() - d[0, 0].mean())}
    for p in PERCENT:
        q = {key: dist.inverse(p / 100) for key, dist in d.items()}
        out[f"quantile {p} %"] = (q[1, 1] - q[1, 0]) - (q[0, 1] - q[0, 0])
    return out


def bounds(d):
    """Theorem 4.1: F_LB(y) = F10(F00^(-1)(F01(y))) with sup{x: F00(x) <= .}, F_UB(y) = F10(F00^-1(F01(y))). Their jumps at the
    support of Y01 are the probabilities of the counterfactual outcome; the higher distribution function is the lower outcome."""
    sup = lambda q: max((x for x in d[0, 0].support if d[0, 0].cdf(x) <= q + EPS), default=-math.inf)
    values = d[0, 1].support
    lower_cdf = [d[1, 0].cdf(sup(d[0, 1].cdf(v))) for v in values]
    upper_cdf = [d[1, 0].cdf(d[0, 0].inverse(d[0, 1].cdf(v))) for v in values]
    assert lower_cdf[-1] == upper_cdf[-1] == 1.0, "the support of Y10 is that of Y00"
    mean = lambda cdf: float(np.sum(values * np.diff([0.0] + cdf)))
    quantile = lambda cdf, q: min(v for v, f in zip(values, cdf) if f >= q - EPS)
    out = {"ATT, lower bound": d[1, 1].mean() - mean(lower_cdf), "ATT, upper bound": d[1, 1].mean() - mean(upper_cdf)}
    for p in PERCENT:
        top = d[1, 1].inverse(p / 100)
        out[f"quantile {p} %, lower bound"] = top - quantile(lower_cdf, p / 100)
        out[f"quantile {p} %, upper bound"] = top - quantile(upper_cdf, p / 100)
    return out


def errors(d, quantile_did=False, psi=None):
    """Theorem 5.1 by its double sums, added up by school; with `psi`, each school's influence on the covariates' coefficients,
    these move the effects by `slopes`."""
    schools = sorted(set(np.concatenate([x.cluster for x in d.values()])))
    k = lambda y: d[0, 1].inverse(d[0, 0].cdf(y))
    slope = slopes(d, quantile_did) if psi else {}

    def error(label, parts):
        total = dict.fromkeys(schools, 0.0)
        for key, phi in parts.items():
            dist = d[key]
            for y, w, school in zip(dist.y, dist.w, dist.cluster):
                total[school] += w / np.sum(dist.w) * phi(y)
        if psi:
            for school in schools:
                total[school] += slope[label] @ psi[school]
        return math.sqrt(sum(v * v for v in total.values()))

    step = lambda dist, at: lambda y: (y <= at) - dist.cdf(at)
    level = lambda dist, sign: lambda y: sign * (y - dist.mean())
    signs = {(1, 1): 1, (1, 0): -1, (0, 1): -1, (0, 0): 1}
    if quantile_did:
        out = {"overall": error("overall", {g: level(d[g], s) for g, s in signs.items()})}
        for percent in PERCENT:
            at = {g: dist.inverse(percent / 100) for g, dist in d.items()}
            each = {g: (lambda y, g=g, s=s: -s * step(d[g], at[g])(y) / d[g].density(at[g])) for g, s in signs.items()}
            out[f"quantile {percent} %"] = error(f"quantile {percent} %", each)
        return out
    kappa, top = d[1, 0].mean(k), d[1, 1].mean()
    zs = [(z, w / np.sum(d[1, 0].w), k(z)) for z, w in zip(d[1, 0].y, d[1, 0].w) if d[0, 0].cdf(z) > 0]
    scaled = [(z, a / d[0, 1].density(kz), kz, d[0, 0].cdf(z), d[0, 1].cdf(kz)) for z, a, kz in zs]
    p = lambda y: sum(a * ((y <= z) - f) for z, a, _, f, _ in scaled)
    q = lambda y: -sum(a * ((y <= kz) - f) for _, a, kz, _, f in scaled)
    parts = {(1, 1): lambda y: y - top, (1, 0): lambda y: -(k(y) - kappa), (0, 0): lambda y: -p(y), (0, 1): lambda y: -q(y)}
    out = {"overall": error("overall", parts)}
    for percent in PERCENT:
        x, y1 = d[1, 0].inverse(percent / 100), d[1, 1].inverse(percent / 100)
        v = k(x)
        f = d[0, 1].density(v)
        through = d[0, 0].density(x) / f / d[1, 0].density(x)
        out[f"quantile {percent} %"] = error(f"quantile {percent} %", {
            (1, 1): lambda y: -step(d[1, 1], y1)(y) / d[1, 1].density(y1),
            (1, 0): lambda y: through * step(d[1, 0], x)(y),
            (0, 0): lambda y: -step(d[0, 0], x)(y) / f,
            (0, 1): lambda y: step(d[0, 1], v)(y) / f,
        })
    return out


def slopes(d, quantile_did=False):
    """How effects move with the coefficients: a residual falls by x, so a distribution rises by density times mean x, and a
    quantile falls by the mean x about it; the counterfactual k(y) moves with both distributions."""
    k = lambda y: d[0, 1].inverse(d[0, 0].cdf(y))
    mean = {g: dist.w @ dist.x / np.sum(dist.w) for g, dist in d.items()}
    if quantile_did:
        out = {"overall": -((mean[1, 1] - mean[1, 0]) - (mean[0, 1] - mean[0, 0]))}
        for percent in PERCENT:
            m = {g: dist.near(dist.inverse(percent / 100)) for g, dist in d.items()}
            out[f"quantile {percent} %"] = -((m[1, 1] - m[1, 0]) - (m[0, 1] - m[0, 0]))
        return out
    ratio = lambda y: d[0, 0].density(y) / d[0, 1].density(k(y)) if d[0, 0].cdf(y) > 0 else 0.0
    # Where no comparison outcome before is near, there is no density and the ratio is nil.
    near = lambda g, y: d[g].near(y) if d[g].density(y) > 0 else mean[g]
    counterfactual = sum(
        w * (-near((0, 1), k(y)) + ratio(y) * (near((0, 0), y) - x)) for y, w, x in zip(d[1, 0].y, d[1, 0].w, d[1, 0].x)
    ) / np.sum(d[1, 0].w)
    out = {"overall": -mean[1, 1] - counterfactual}
    for percent in PERCENT:
        y, y1 = d[1, 0].inverse(percent / 100), d[1, 1].inverse(percent / 100)
        moved = -near((0, 1), k(y)) + ratio(y) * (near((0, 0), y) - near((1, 0), y))
        out[f"quantile {percent} %"] = -near((1, 1), y1) - moved
    return out


def quick(y, x, g, b, percent=PERCENT):
    """Changes-in-changes of y - x b by sorting; g is 2 arm + post."""
    r = y - x @ b
    d = [np.sort(r[g == j]) for j in range(4)]
    rank = np.searchsorted(d[0], r[g == 2], side="right")
    k = d[1][np.clip(np.ceil(rank / len(d[0]) * len(d[1]) - 1e-9).astype(int) - 1, 0, len(d[1]) - 1)]
    q = lambda v, p: v[int(math.ceil(p / 100 * len(v) - 1e-9)) - 1]
    return np.array([d[3].mean() - k.mean()] + [q(d[3], p) - q(np.sort(k), p) for p in percent])


def draw(rng, n):
    """Rows with covariates that differ between groups and hang on nothing else; coefficients 1 and -0.5."""
    g = rng.integers(0, 4, n)
    u = rng.normal(0.4 * (g >= 2), 1.0)
    x = np.column_stack([rng.normal(0.5 * (g >= 2) - 2.5 * (g == 3), 1), rng.gamma(2, 0.5, n) + 0.3 * (g == 1)])
    y = np.where(g % 2 == 1, 0.5 + 1.2 * u + 0.3 * np.exp(0.4 * u), u) + x @ [1.0, -0.5] + (g == 3) * (0.4 - 0.2 * u)
    return y, x, g


def check():
    """The slopes beside differences of effects on two hundred thousand rows, and the whole standard error beside 2,000 resamples of
    1,500 rows, coefficients and all."""
    rng = np.random.default_rng(20063)
    y, x, g = draw(rng, 200_000)
    b = np.array([1.0, -0.5])
    difference = np.array([(quick(y, x, g, b + h) - quick(y, x, g, b - h)) / 0.1 for h in 0.05 * np.eye(2)]).T
    small = rng.choice(len(y), 6_000, replace=False)
    dist = lambda y, x, g, b: {(j // 2, j % 2): Dist((y - x @ b)[g == j], np.ones(np.sum(g == j)), np.flatnonzero(g == j), x[g == j]) for j in range(4)}
    ours = np.array(list(slopes(dist(y[small], x[small], g[small], b)).values()))
    print("slopes by kernels, and by differences:")
    print(np.column_stack([ours, difference]).round(3))
    y, x, g = draw(rng, 1_500)
    fit = lambda rows: np.linalg.lstsq(np.column_stack([np.eye(4)[g[rows]], x[rows]]), y[rows], rcond=None)[0][4:]
    every = np.arange(len(y))
    z = np.column_stack([np.eye(4)[g], x])
    residual = y - z @ np.linalg.lstsq(z, y, rcond=None)[0]
    psi = residual[:, None] * z @ np.linalg.inv(z.T @ z)
    b = fit(every)
    whole = errors(dist(y, x, g, b), psi=dict(enumerate(psi[:, 4:])))
    known = errors(dist(y, x, g, b))
    drawn = []
    for _ in range(2_000):
        rows = rng.integers(0, len(y), len(y))
        drawn.append(quick(y[rows], x[rows], g[rows], fit(rows)))
    print("standard errors: by influence, with coefficients taken for known, resampled:")
    print(np.column_stack([list(whole.values()), list(known.values()), np.std(drawn, axis=0)]).round(4))


def peer(rows):
    """diff-diff's public ChangesInChanges, which says it follows R's qte::CiC to the digit."""
    import diff_diff
    import pandas as pd

    frame = pd.DataFrame([[r[2], r[3], float(r[4]), float(r[5])] for r in rows], columns=["arm", "post", "score", "grade"])
    out = {}
    for outcome in ("score", "grade"):
        model = diff_diff.ChangesInChanges(quantiles=[p / 100 for p in PERCENT], n_bootstrap=0)
        fitted = model.fit(frame, outcome=outcome, treatment="arm", time="post")
        out[outcome] = {"overall": fitted.att} | dict(zip([f"quantile {p} %" for p in PERCENT], map(float, fitted.quantile_effects["qte"])))
    return f"diff-diff {diff_diff.__version__}", out


def main():
    rows = make()
    out = {"note": "made by make_cic.py", "percent": PERCENT}
    for name, column in (("score", SCORE), ("grade", GRADE)):
        for weighted in (False, True):
            d = groups(rows, column, weighted)
            case = {"cic": cic(d), "qdid": qdid(d), "se": errors(d)}
            if name == "grade":
                case["bounds"] = bounds(d)
            case["without"] = {str(s): cic(groups(rows, column, weighted, leave=s)) for s in range(1, 13)}
            out[name + (" weighted" if weighted else "")] = case
    for weighted in (False, True):
        d = groups(rows, SCORE, weighted, adjusted=True)
        b, psi = regression(rows, SCORE, weighted)
        case = {"coefficients": list(map(float, b)), "cic": cic(d), "qdid": qdid(d)}
        case |= {"se": errors(d, psi=psi), "qdid se": errors(d, True, psi=psi)}
        case["without"] = {str(s): cic(groups(rows, SCORE, weighted, leave=s, adjusted=True)) for s in range(1, 13)}
        out["score adjusted" + (" weighted" if weighted else "")] = case
    d = groups(rows, 4, False)
    out["outside"] = int(np.sum(d[1, 0].y < d[0, 0].y.min())), int(np.sum(d[1, 0].y > d[0, 0].y.max()))
    name, numbers = peer(rows)
    out[name] = numbers
    with open(HERE / "cic.json", "w") as file:
        json.dump(out, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    check() if sys.argv[1:] == ["check"] else main()
