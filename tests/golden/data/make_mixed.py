"""Mixed models by dense matrices: REML, Satterthwaite, Kenward and Roger (1997), with nothing of didact's recursion.

V = sum_i phi_i Z_i Z_i' + phi_e W^-1 is written out in full. Newton's method on the REML deviance in phi with
  gradient  tr(P V_i) - y'P V_i P y,   Hessian  -tr(P V_i P V_j) + 2 y'P V_i P V_j P y.
Satterthwaite: 2 v^2 / (g'Ag), A twice the inverse Hessian. Kenward-Roger: eqs. 4-7 of the paper, one contrast at a time, with
the paper's general formulas for lambda and m (not their closed form for one contrast).

    python3 make_mixed.py > mixed.json
    python3 make_mixed.py profiles > mixed_profiles.json      (needs numpy and scipy)
"""
import csv
import json
import sys
import numpy as np
from scipy.optimize import brentq, minimize

CHI = 3.841458820694124  # the 95 % point of chi-squared with one degree of freedom


def rows(name):
    with open(name) as f:
        return list(csv.DictReader(f))


def indicators(keys):
    levels = sorted(set(keys))
    return np.array([[1.0 if k == l else 0.0 for l in levels] for k in keys])


def fit(y, x, groups, weight, slope=None):
    """`slope`: a column whose coefficient varies between the first groups, together with their intercept."""
    n, p = x.shape
    parts = [z @ z.T for z in map(indicators, groups)]
    if slope is not None:
        z = indicators(groups[0])
        d = z * slope[:, None]
        parts += [z @ d.T + d @ z.T, d @ d.T]
    parts += [np.diag(1.0 / weight)]
    phi = np.full(len(parts), np.var(y) / len(parts))
    signed = np.zeros(len(parts), bool)
    if slope is not None:
        signed[-3] = True
        phi[-3] = 0.0
    def at(phi):
        v = sum(f * m for f, m in zip(phi, parts))
        inv = np.linalg.inv(v)
        info = x.T @ inv @ x
        proj = inv - inv @ x @ np.linalg.solve(info, x.T @ inv)
        dev = np.linalg.slogdet(v)[1] + np.linalg.slogdet(info)[1] + y @ proj @ y + (n - p) * np.log(2 * np.pi)
        return inv, info, proj, dev
    for _ in range(100):
        inv, info, proj, dev = at(phi)
        py = proj @ y
        pv = [proj @ m for m in parts]
        grad = np.array([np.trace(a) - py @ m @ py for a, m in zip(pv, parts)])
        trace = np.array([[np.sum(a * b.T) for b in pv] for a in pv])
        form = np.array([[py @ a @ proj @ b @ py for b in parts] for a in parts])
        hess = -trace + 2 * form
        use = hess if np.all(np.linalg.eigvalsh(hess) > 0) else trace
        step = np.linalg.solve(use, grad)
        outside = lambda f: np.any(f[~signed] <= 0) or (slope is not None and f[0] * f[-2] <= f[-3] ** 2)
        while outside(phi - step):
            step /= 2
        phi = phi - step
        if np.max(np.abs(step[phi != 0] / phi[phi != 0])) < 1e-13:
            break
    inv, info, proj, dev = at(phi)
    cov = np.linalg.inv(info)
    beta = cov @ x.T @ inv @ y
    first = [-x.T @ inv @ m @ inv @ x for m in parts]
    second = [[x.T @ inv @ a @ inv @ b @ inv @ x for b in parts] for a in parts]
    iv = [inv @ m for m in parts]
    q = len(parts)
    expected = np.array([[0.5 * (np.sum(iv[i] * iv[j].T) - 2 * np.trace(cov @ second[i][j])
                                 + np.trace(cov @ first[i] @ cov @ first[j])) for j in range(q)] for i in range(q)])
    w = np.linalg.inv(expected)
    lam = sum(w[i, j] * (second[i][j] - first[i] @ cov @ first[j]) for i in range(q) for j in range(q))
    adjusted = cov + 2 * cov @ lam @ cov
    a = 2 * np.linalg.inv(hess)
    z = indicators(groups[0])
    scores = np.array([(x * z[:, [g]]).T @ (inv @ (y - x @ beta)) for g in range(z.shape[1])])
    out = []
    for k in range(p):
        c = np.zeros(p)
        c[k] = 1
        v = c @ cov @ c
        g = np.array([-(cov @ c) @ f @ (cov @ c) for f in first])
        theta = np.outer(c, c) / v
        t = [theta @ cov @ f @ cov for f in first]
        a1 = sum(w[i, j] * np.trace(t[i]) * np.trace(t[j]) for i in range(q) for j in range(q))
        a2 = sum(w[i, j] * np.trace(t[i] @ t[j]) for i in range(q) for j in range(q))
        l = 1
        b = (a1 + 6 * a2) / (2 * l)
        gg = ((l + 1) * a1 - (l + 4) * a2) / ((l + 2) * a2)
        d = 3 * l + 2 * (1 - gg)
        c1, c2, c3 = gg / d, (l - gg) / d, (l + 2 - gg) / d
        e = 1 / (1 - a2 / l)
        vs = 2 / l * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
        rho = vs / (2 * e * e)
        m = 4 + (l + 2) / (l * rho - 1)
        assert abs(m / (e * (m - 2)) - 1) < 1e-6, "one contrast: lambda is one"
        out.append({"coef": beta[k], "se": v ** 0.5, "df": 2 * v * v / (g @ a @ g), "se_kr": (c @ adjusted @ c) ** 0.5, "df_kr": m,
                    "se_cr0": np.sum((scores @ cov @ c) ** 2) ** 0.5})
    return out, list(phi), dev


def profile(y, x, groups, weight, restricted, slope=None, only=None):
    """Intervals at 95 % by profile likelihood of every variance and share, by another road than didact's: the criterion in the
    variances phi, written out with dense matrices of each first group; the minimum with one of them held by a general optimizer over
    the others' square roots; the ends by bisection. The criterion is written in phi with sigma^2, nothing profiled out."""
    n, p = x.shape
    keys = sorted(set(groups[0]))
    cells = []
    for k in keys:
        at = [i for i in range(n) if groups[0][i] == k]
        parts = [(lambda z: z @ z.T)(indicators([g[i] for i in at])) for g in groups]
        if slope is not None:
            z = indicators([groups[0][i] for i in at])
            d = z * slope[at][:, None]
            parts += [z @ d.T + d @ z.T, d @ d.T]
        cells.append((y[at], x[at], parts + [np.diag(1.0 / weight[at])]))
    q = len(cells[0][2])
    signed, sloped = (q - 3, q - 2) if slope is not None else (-1, -1)
    def criterion(phi):
        info, score, yy, log = np.zeros((p, p)), np.zeros(p), 0.0, 0.0
        for a, b, parts in cells:
            v = sum(f * m for f, m in zip(phi, parts))
            try:
                c = np.linalg.cholesky(v)
            except np.linalg.LinAlgError:
                return 1e10, np.zeros(q)
            u, w = np.linalg.solve(c, a), np.linalg.solve(c, b)
            info += w.T @ w
            score += w.T @ u
            yy += u @ u
            log += 2 * np.sum(np.log(np.diag(c)))
        beta = np.linalg.solve(info, score)
        cov = np.linalg.inv(info)
        dev = log + yy - score @ beta + (np.linalg.slogdet(info)[1] + (n - p) * np.log(2 * np.pi) if restricted else n * np.log(2 * np.pi))
        grad = np.zeros(q)
        for a, b, parts in cells:
            inv = np.linalg.inv(sum(f * m for f, m in zip(phi, parts)))
            r, h = inv @ (a - b @ beta), inv @ b
            k = inv - (h @ cov @ h.T if restricted else 0)
            grad += [np.sum(k * m) - r @ m @ r for m in parts]
        return dev, grad
    variances = [i for i in range(q) if i != signed]
    whole = [i for i in variances if slope is None or i != sloped]
    def least(start, held=None, value=None, share=False):
        """The minimum over square roots of the variances (and D's Cholesky factor), one of them, or its share, held."""
        def phi_of(t):
            phi = t * t
            if slope is not None:
                # D = LL', L = [t0 0; t_signed t_sloped], or with the slope's variance held L = [t_signed t0; t_sloped 0].
                if held == sloped:
                    phi[0], phi[signed] = t[signed] ** 2 + t[0] ** 2, t[signed] * t[sloped]
                else:
                    phi[sloped], phi[signed] = t[signed] ** 2 + t[sloped] ** 2, t[0] * t[signed]
            if share:
                phi[held] = value / (1 - value) * sum(phi[i] for i in whole if i != held)
            elif held is not None and held != sloped:
                phi[held] = value
                if slope is not None and held == 0:
                    phi[signed] = np.sqrt(value) * t[signed]
            elif held == sloped:
                phi[held] = value
                phi[signed] = t[signed] * np.sqrt(value)
            if share and slope is not None and held == 0:
                phi[signed] = np.sqrt(phi[0]) * t[signed]
            return phi
        def of(t):
            phi = phi_of(t)
            dev, grad = criterion(phi)
            # Chain rule by exact differences of the map, which is quadratic: central differences are exact but for rounding.
            jac = np.array([(phi_of(t + e) - phi_of(t - e)) / 2e-4 for e in 1e-4 * np.eye(q)])
            return dev, jac @ grad
        best = None
        t = start.copy()
        for _ in range(6):
            found = minimize(of, t, jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 2000})
            t = found.x
            if best is not None and best - found.fun < 1e-10:
                break
            best = found.fun
        return found.fun, t
    phi = np.array(fit(y, x, groups, weight, slope)[1])
    start = np.sqrt(np.abs(phi))
    if slope is not None:
        start[signed] = phi[signed] / start[0]
        start[sloped] = np.sqrt(phi[sloped] - start[signed] ** 2)
    low, t = least(start)
    out = []
    for i in only or variances:
        row = {}
        for share in (False, True):
            if share and i not in whole:
                continue
            full = lambda tt: {j: tt[j] ** 2 for j in whole}
            est = t[i] ** 2
            if slope is not None and i == sloped:
                est = t[signed] ** 2 + t[i] ** 2
            total = sum(full(t).values())
            at = est / total if share else est
            def above(v, warm):
                s = warm.copy()
                f, s = least(s, i, v, share)
                return f - low - CHI, s
            warm = t.copy()
            if slope is not None and i == sloped:
                # The turned factor.
                b, c, a = t[0] * t[signed], est, t[0] ** 2
                warm[signed], warm[0], warm[sloped] = b / np.sqrt(c), np.sqrt(max(a - b * b / c, 1e-8)), np.sqrt(c)
            ends = []
            for side in (-1, 1):
                inside, s = np.sqrt(at) if not share else at, warm
                if side < 0:
                    outside = 0.0
                    if i != q - 1 and above(0.0, s)[0] <= 0:
                        ends.append(0.0)
                        continue
                elif share:
                    outside = 1.0
                else:
                    outside = 2 * inside + 1e-3
                    while above(outside ** 2, s)[0] < 0:
                        assert outside < 1e6, "no end"
                        inside, outside = outside, 2 * outside
                value = lambda r: r if share else r * r
                f = lambda r: above(value(r), s)[0]
                edge = outside - 1e-9 if share and side > 0 else outside + (1e-9 if outside == 0 else 0)
                r = brentq(f, inside, edge, xtol=1e-10, rtol=1e-12)
                ends.append(value(r))
            row["share" if share else "variance"] = ends
        out.append(row)
    return out


def students():
    d = [r for r in rows("students.csv") if int(r["student"]) % 3 != 0 or r["post"] == "0"]
    col = lambda k: np.array([float(r[k]) for r in d])
    arm, post = col("arm"), col("post")
    x = np.column_stack([np.ones(len(d)), arm, post, arm * post, col("iep")])
    return col("reading"), x, [[r["school"] for r in d], [r["student"] for r in d]], np.ones(len(d)), ["(Intercept)", "arm", "period 1", "ATT", "iep"]


def classrooms():
    d = rows("classrooms_unbalanced.csv")
    col = lambda k: np.array([float(r[k]) for r in d])
    start = [int(float(r["profile_year"] or 0)) for r in d]
    year = [int(r["year"]) for r in d]
    names, x = ["(Intercept)"], [np.ones(len(d))]
    for g in sorted(set(start) - {0}):
        names.append(f"cohort {g}")
        x.append(np.array([1.0 * (s == g) for s in start]))
    for t in sorted(set(year))[1:]:
        names.append(f"period {t}")
        x.append(np.array([1.0 * (y == t) for y in year]))
    names.append("ATT")
    x.append(np.array([1.0 * (s > 0 and y >= s) for s, y in zip(start, year)]))
    names.append("attendance")
    x.append(col("attendance"))
    return col("math"), np.column_stack(x), [[r["school"] for r in d], [r["classroom"] for r in d]], col("students"), names


def join(*columns):
    return list(zip(*columns))


def shocked():
    """Students whose school, and whose half of it by lunch status, has shocks in each period; every seventh score later missing."""
    d = [r for r in rows("students.csv") if int(r["student"]) % 7 != 0 or r["post"] == "0"]
    col = lambda k: np.array([float(r[k]) for r in d])
    arm, post, school, frl = col("arm"), col("post"), col("school"), col("frl")
    y = col("reading") + 0.6 * ((school * 7 + post * 5) % 11) + 0.5 * ((school * 3 + frl * 5 + post * 7) % 13) + 3 * ((school * 5 + frl * 3) % 7)
    x = np.column_stack([np.ones(len(d)), arm, post, arm * post, col("iep")])
    return d, y, x, ["(Intercept)", "arm", "period 1", "ATT", "iep"]


def by_school():
    d, y, x, names = shocked()
    key = lambda *ks: [tuple(r[k] for k in ks) for r in d]
    return y, x, [key("school"), key("school", "post"), key("student")], np.ones(len(d)), names


def by_level():
    d, y, x, names = shocked()
    key = lambda *ks: [tuple(r[k] for k in ks) for r in d]
    groups = [key("school"), key("school", "post"), key("school", "frl"), key("school", "frl", "post"), key("student")]
    return y, x, groups, np.ones(len(d)), names


def cross_sections():
    """The same rows, students not followed: schools, and schools in a period; weighted."""
    d, y, x, names = shocked()
    key = lambda *ks: [tuple(r[k] for k in ks) for r in d]
    weight = np.array([1.0 + int(r["student"]) % 3 for r in d])
    return y, x, [key("school"), key("school", "post")], weight, names


def classrooms_shocked():
    y, x, (school, classroom), weight, names = classrooms()
    year = [r["year"] for r in rows("classrooms_unbalanced.csv")]
    return y, x, [school, join(school, year), classroom], weight, names


def periods_only():
    d = rows("classrooms.csv")
    year = [int(r["year"]) for r in d]
    names, x = ["(Intercept)"], [np.ones(len(d))]
    for t in sorted(set(year))[1:]:
        names.append(f"period {t}")
        x.append(np.array([1.0 * (y == t) for y in year]))
    names.append("ATT")
    x.append(np.array([1.0 * (int(r["profile_year"]) > 0 and int(r["year"]) >= int(r["profile_year"])) for r in d]))
    y = np.array([float(r["math"]) for r in d])
    return y, np.column_stack(x), [[r["school"] for r in d], [r["classroom"] for r in d]], np.ones(len(d)), names


def classrooms_sloped():
    """Classrooms whose gain from treatment differs between schools."""
    d = rows("classrooms.csv")
    y, x, (school, classroom), weight, names = periods_only()
    treated = x[:, names.index("ATT")]
    y = y + treated * np.array([0.5 * (int(r["school"]) * 5 % 7) for r in d])
    return y, x, [school, join(school, [r["year"] for r in d]), classroom], weight, names, treated


def case(name, data, levels):
    y, x, groups, weight, names, *slope = data
    terms, phi, dev = fit(y, x, groups, weight, *slope)
    for t, n in zip(terms, names):
        t["term"] = n
    return {"id": name, "terms": terms, "levels": levels + ["residual"], "variances": phi, "deviance": dev}


def intervals(name, data, levels, restricted, only=None):
    y, x, groups, weight, _, *slope = data
    return {"id": name, "levels": levels, "ends": profile(y, x, groups, weight, restricted, *(slope or [None]), only)}


if sys.argv[1:] == ["profiles"]:
    cases = [intervals("classrooms with weights, shocks, by maximum likelihood", classrooms_shocked(), ["cluster", "cluster:period", "unit", "residual"], False),
             intervals("classrooms, slopes of treatment", classrooms_sloped(), ["cluster:treatment"], True, [4]),
             intervals("students, shocks of schools", by_school(), ["cluster", "cluster:period", "unit", "residual"], True)]
    print(json.dumps({"made_by": "make_mixed.py profiles", "cases": cases}, indent=1))
    sys.exit()

cases = [case("students without a third of the later scores", students(), ["cluster", "unit"]),
         case("classrooms with weights", classrooms(), ["cluster", "unit"]),
         case("classrooms, periods only", periods_only(), ["cluster", "unit"]),
         case("classrooms with weights, shocks", classrooms_shocked(), ["cluster", "cluster:period", "unit"]),
         case("students, shocks of schools", by_school(), ["cluster", "cluster:period", "unit"]),
         case("students, shocks of schools and halves", by_level(), ["cluster", "cluster:period", "frl", "frl:period", "unit"]),
         case("cross-sections, shocks of schools, weights", cross_sections(), ["cluster", "cluster:period"]),
         case("classrooms, slopes of treatment", classrooms_sloped(), ["cluster", "cluster:period", "unit", "covariance", "cluster:treatment"])]
print(json.dumps({"made_by": "make_mixed.py", "cases": cases}, indent=1))
