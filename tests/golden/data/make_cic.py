"""Changes-in-changes by brute force, written from the paper (Athey and Imbens 2006, Econometrica 74), and by other software.

Makes cic.csv (synthetic: two groups, before and after; a score, a grade of few values, a weight) and cic.json. Every distribution
function is a mean over all rows, every inverse a search over the support; nothing is sorted once or updated.

    python make_cic.py          # needs numpy, pandas, diff-diff 3.13
"""

import csv
import json
import math
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent
PERCENT = [10, 25, 50, 75, 90]
EPS = 1e-11


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
    with open(HERE / "cic.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["pupil", "school", "arm", "post", "score", "grade", "weight"])
        out.writerows(rows)
    return rows


class Dist:
    """A weighted empirical distribution."""

    def __init__(self, y, w, cluster):
        self.y, self.w, self.cluster = map(np.asarray, (y, w, cluster))
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

    def density(self, v):
        """Epanechnikov with variance one, h = 1.06 sd n^(-1/5)"""
        mean = self.mean()
        sd = math.sqrt(self.mean(lambda y: (y - mean) ** 2))
        n = np.sum(self.w) ** 2 / np.sum(self.w**2)
        h = 1.06 * sd * n**-0.2
        a = (v - self.y) / h
        kernel = np.where(np.abs(a) < math.sqrt(5), 3 / (4 * math.sqrt(5)) * (1 - a**2 / 5), 0.0)
        return float(np.sum(self.w * kernel) / np.sum(self.w) / h)


def groups(rows, column, weighted, leave=None):
    out = {}
    for arm in (0, 1):
        for post in (0, 1):
            chosen = [r for r in rows if r[2] == arm and r[3] == post and r[1] != leave]
            out[arm, post] = Dist([float(r[column]) for r in chosen], [r[6] if weighted else 1.0 for r in chosen], [r[1] for r in chosen])
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


def errors(d):
    """Theorem 5.1 by its double sums, added up by school."""
    schools = sorted(set(np.concatenate([x.cluster for x in d.values()])))
    k = lambda y: d[0, 1].inverse(d[0, 0].cdf(y))

    def error(parts):
        total = dict.fromkeys(schools, 0.0)
        for key, phi in parts.items():
            dist = d[key]
            for y, w, school in zip(dist.y, dist.w, dist.cluster):
                total[school] += w / np.sum(dist.w) * phi(y)
        return math.sqrt(sum(v * v for v in total.values()))

    kappa, top = d[1, 0].mean(k), d[1, 1].mean()
    zs = [(z, w / np.sum(d[1, 0].w), k(z)) for z, w in zip(d[1, 0].y, d[1, 0].w) if d[0, 0].cdf(z) > 0]
    scaled = [(z, a / d[0, 1].density(kz), kz, d[0, 0].cdf(z), d[0, 1].cdf(kz)) for z, a, kz in zs]
    p = lambda y: sum(a * ((y <= z) - f) for z, a, _, f, _ in scaled)
    q = lambda y: -sum(a * ((y <= kz) - f) for _, a, kz, _, f in scaled)
    out = {
        "overall": error({(1, 1): lambda y: y - top, (1, 0): lambda y: -(k(y) - kappa), (0, 0): lambda y: -p(y), (0, 1): lambda y: -q(y)})
    }
    for percent in PERCENT:
        x, y1 = d[1, 0].inverse(percent / 100), d[1, 1].inverse(percent / 100)
        v = k(x)
        f = d[0, 1].density(v)
        step = lambda dist, at: lambda y: (y <= at) - dist.cdf(at)
        slope = d[0, 0].density(x) / f / d[1, 0].density(x)
        out[f"quantile {percent} %"] = error({
            (1, 1): lambda y: -step(d[1, 1], y1)(y) / d[1, 1].density(y1),
            (1, 0): lambda y: slope * step(d[1, 0], x)(y),
            (0, 0): lambda y: -step(d[0, 0], x)(y) / f,
            (0, 1): lambda y: step(d[0, 1], v)(y) / f,
        })
    return out


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
    for name, column in (("score", 4), ("grade", 5)):
        for weighted in (False, True):
            d = groups(rows, column, weighted)
            case = {"cic": cic(d), "qdid": qdid(d), "se": errors(d)}
            if name == "grade":
                case["bounds"] = bounds(d)
            case["without"] = {str(s): cic(groups(rows, column, weighted, leave=s)) for s in range(1, 13)}
            out[name + (" weighted" if weighted else "")] = case
    d = groups(rows, 4, False)
    out["outside"] = int(np.sum(d[1, 0].y < d[0, 0].y.min())), int(np.sum(d[1, 0].y > d[0, 0].y.max()))
    name, numbers = peer(rows)
    out[name] = numbers
    with open(HERE / "cic.json", "w") as file:
        json.dump(out, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
