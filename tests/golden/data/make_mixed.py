"""Mixed models by dense matrices: REML, Satterthwaite, Kenward and Roger (1997), with nothing of didact's recursion.

V = sum_i phi_i Z_i Z_i' + phi_e W^-1 is written out in full. Newton's method on the REML deviance in phi with
  gradient  tr(P V_i) - y'P V_i P y,   Hessian  -tr(P V_i P V_j) + 2 y'P V_i P V_j P y.
Satterthwaite: 2 v^2 / (g'Ag), A twice the inverse Hessian. Kenward-Roger: eqs. 4-7 of the paper, one contrast at a time, with
the paper's general formulas for lambda and m (not their closed form for one contrast).

    python3 make_mixed.py > mixed.json      (needs numpy)
"""
import csv
import json
import numpy as np


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


cases = [case("students without a third of the later scores", students(), ["cluster", "unit"]),
         case("classrooms with weights", classrooms(), ["cluster", "unit"]),
         case("classrooms, periods only", periods_only(), ["cluster", "unit"]),
         case("classrooms with weights, shocks", classrooms_shocked(), ["cluster", "cluster:period", "unit"]),
         case("students, shocks of schools", by_school(), ["cluster", "cluster:period", "unit"]),
         case("students, shocks of schools and halves", by_level(), ["cluster", "cluster:period", "frl", "frl:period", "unit"]),
         case("cross-sections, shocks of schools, weights", cross_sections(), ["cluster", "cluster:period"]),
         case("classrooms, slopes of treatment", classrooms_sloped(), ["cluster", "cluster:period", "unit", "covariance", "cluster:treatment"])]
print(json.dumps({"made_by": "make_mixed.py", "cases": cases}, indent=1))
