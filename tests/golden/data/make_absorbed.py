"""Reference numbers for twfe and event-study beside named fixed effects, from classrooms*.csv and students.csv in this folder.

Needs numpy, pandas and pyfixest (written for 0.60). Run it from this folder: it writes absorbed.json next to itself. Every
number is dense weighted least squares on all rows with a dummy for every level (and level x slope), columns that are redundant
removed by rank. The assert lines compute coefficients, CRV1 (one- and two-way) and HC1 standard errors again with pyfixest
where it can (no slopes, no singleton rows).

Columns made here and in tests/golden/absorbed.rs: grade = "g" + (3 classroom + year) mod 5; district = school mod 5;
teacher = (7 classroom + 5 (year // 2)) mod 90. students.csv: grade = "g" + (student + post) mod 4.

K as fixest counts it: slopes and all levels, an effect nested in a cluster as one (see `count`). CR2 with Satterthwaite
degrees of freedom is that of the full design with all dummies, identity working model; the jackknife refits without each cluster.
The wild bootstrap enumerates all 2^10 sign vectors of ten schools, each a full refit with all dummies, null imposed.
"""
import json, sys, warnings
import numpy as np, pandas as pd
warnings.simplefilter("ignore")
import pyfixest as pf

CASES = []

def read(file):
    d = pd.read_csv(file)
    if file == "students.csv":
        d["grade"] = ["g%d" % ((s + p) % 4) for s, p in zip(d.student, d.post)]
        d["D"] = (d.arm * d.post).astype(float)
        return d
    d["grade"] = ["g%d" % ((3 * c + y) % 5) for c, y in zip(d.classroom, d.year)]
    d["district"] = d.school % 5
    d["teacher"] = (7 * d.classroom + 5 * (d.year // 2)) % 90
    d["D"] = ((d.profile_year > 0) & (d.year >= d.profile_year)).astype(float)
    return d

def parse(effect):
    levels, _, slope = effect.rstrip("]").partition("[")
    return levels.split("^"), slope or None

def codes(d, columns):
    return pd.factorize(pd.MultiIndex.from_frame(d[columns]))[0] if len(columns) > 1 else pd.factorize(d[columns[0]])[0]

def dummies(d, effects):
    out = []
    for e in effects:
        columns, slope = parse(e)
        one = (codes(d, columns)[:, None] == np.arange(codes(d, columns).max() + 1)[None, :]).astype(float)
        out.append(one)
        if slope:
            x = d[slope].to_numpy(float)
            out.append(one * (x - x.mean())[:, None] / x.std())
    return np.hstack(out)

def count(d, effects, clusters, k):
    """(K nested, K full) by fixest's rules."""
    sizes, slopes, nested = [], 0, []
    for e in effects:
        columns, slope = parse(e)
        c = pd.Series(codes(d, columns))
        sizes.append(c.nunique())
        slopes += c.nunique() if slope else 0
        nested.append(any((d[g].groupby(c.to_numpy()).nunique() == 1).all() for g in clusters))
    f = len(effects)
    full = k + slopes + sum(sizes) - (f - 1)
    if all(nested):
        return full - (sum(sizes) - (f - 1)) + 1, full
    return full - sum(s for s, n in zip(sizes, nested) if n) + sum(nested), full

def fit(x, f, y, w):
    """Coefficients of x beside f, and how much each row's y weighs in them."""
    r = np.sqrt(w)[:, None]
    u, s, _ = np.linalg.svd(f * r, full_matrices=False)
    basis = u[:, s > 1e-9 * s[0]]
    left = x * r - basis @ (basis.T @ (x * r))
    left -= basis @ (basis.T @ left)
    assert (np.linalg.svd(left / np.linalg.norm(x * r, axis=0), compute_uv=False) > 1e-6).all()
    pull = np.linalg.solve(left.T @ left, left.T) * r.T
    b = pull @ y
    full = np.hstack([basis, left])
    e = (y * r[:, 0] - full @ np.linalg.lstsq(full, y * r[:, 0], rcond=None)[0]) / r[:, 0]
    return b, pull, e, basis

def sums(values, g):
    return pd.DataFrame(values.T).groupby(g).sum().to_numpy()

def meat(pull, e, g):
    s = sums(pull * e, g)
    return s.T @ s

def cr2(x, f, w, pull, e, g):
    """CR2 standard errors and Satterthwaite degrees of freedom, full design, identity working model."""
    r = np.sqrt(w)[:, None]
    u, s, _ = np.linalg.svd(np.hstack([x, f]) * r, full_matrices=False)
    u = u[:, s > 1e-9 * s[0]]
    hat = (u @ u.T) / r * r.T
    resid = np.eye(len(w)) - hat
    cov = resid @ resid.T
    p = np.zeros((len(w), len(pull)))
    for k in np.unique(g):
        i = np.flatnonzero(g == k)
        lam, q = np.linalg.eigh((cov[np.ix_(i, i)] + cov[np.ix_(i, i)].T) / 2)
        ok = lam > 1e-10
        p[i] = (q[:, ok] / np.sqrt(lam[ok])) @ q[:, ok].T @ pull[:, i].T
    se = np.sqrt((sums(p.T * e, g) ** 2).sum(0))
    ind = (g[:, None] == np.unique(g)[None, :]).astype(float)
    df = []
    for j in range(len(pull)):
        m = (ind * p[:, [j]]).T @ cov @ (ind * p[:, [j]])
        df.append(np.trace(m) ** 2 / (m ** 2).sum())
    return se, df

def case(id, file, effects, columns, roles, weights=None, clusters=("school",), covariates=(), keep=None, dense=True, crossed=False):
    d = read(file) if keep is None else read(file)[keep].reset_index(drop=True)
    d, names = columns(d)
    names = names + list(covariates)
    y = d["reading" if file == "students.csv" else "math"].to_numpy(float)
    w = d[weights].to_numpy(float) if weights else np.ones(len(d))
    x, f = d[names].to_numpy(float), dummies(d, effects)
    n, k = x.shape
    b, pull, e, _ = fit(x, f, y, w)
    nested, full = count(d, effects, clusters, k)
    out = {"estimate": b, "hc1": np.sqrt(np.diag((pull * e) @ (pull * e).T) * n / (n - full))}
    groups = [d[c].to_numpy() for c in clusters]
    rows = (n - 1) / (n - nested)
    if len(groups) == 1:
        g = groups[0]
        count_g = len(np.unique(g))
        v = meat(pull, e, g)
        out["cr0"] = np.sqrt(np.diag(v))
        out["cr1"] = np.sqrt(np.diag(v) * count_g / (count_g - 1) * rows)
        out["cr1_stata"] = np.sqrt(np.diag(v) * count_g / (count_g - 1) * (n - 1) / (n - full))
        if dense and not crossed:
            out["cr2"], out["cr2_df"] = cr2(x, f, w, pull, e, g)
            left = [fit(x[g != c], f[g != c][:, (f[g != c] != 0).any(0)], y[g != c], w[g != c])[0] for c in np.unique(g)]
            out["jackknife"] = np.sqrt((count_g - 1) / count_g * ((np.array(left) - b) ** 2).sum(0))
    else:
        pair = pd.factorize(pd.MultiIndex.from_arrays(groups))[0]
        least = min(len(np.unique(g)) for g in groups)
        v = meat(pull, e, groups[0]) + meat(pull, e, groups[1]) - meat(pull, e, pair)
        lam, q = np.linalg.eigh(v)
        v = (q * np.maximum(lam, 0)) @ q.T if lam.min() < -1e-12 * abs(np.diag(v)).max() else v
        out["cr1"] = np.sqrt(np.diag(v) * least / (least - 1) * rows)
    # The same by pyfixest.
    single = any((pd.Series(codes(d, parse(e)[0])).value_counts() == 1).any() for e in effects)
    if not any(parse(e)[1] for e in effects) and not single:
        outcome = "reading" if file == "students.csv" else "math"
        for vcov, key in [({"CRV1": "+".join(clusters)}, "cr1"), ("hetero", "hc1")]:
            safe = {n: f"x{i}" for i, n in enumerate(names)}
            p = pf.feols(f"{outcome} ~ {' + '.join(safe.values())} | {' + '.join(effects)}", d.rename(columns=safe), vcov=vcov, weights=weights, fixef_rm="none",
                         fixef_tol=1e-13, fixef_maxiter=200_000)
            assert list(p.coef().index) == list(safe.values()), p.coef()
            assert np.allclose(p.coef(), b, rtol=1e-8, atol=1e-9), (id, p.coef().to_numpy() / b - 1)
            ratio = p.se().to_numpy() / out[key]
            assert np.allclose(ratio, 1, rtol=1e-8), (id, key, ratio)
    flags = f"{roles} --cluster {','.join(clusters)} --fixed-effects {','.join(effects)}"
    flags += (f" --weights {weights}" if weights else "") + (f" --covariates {','.join(covariates)}" if covariates else "")
    terms = ["overall" if t == "D" else t if t.startswith("event:") else f"coefficient:{t}" for t in names]
    CASES.append({"id": id, "file": file, "flags": flags, "rows": n, "k_nested": nested, "k_full": full, "terms": terms,
                  **{key: np.asarray(v).tolist() for key, v in out.items()}})
    print(id, n, k, nested, full, b[0], flush=True)

def twfe(d):
    return d, ["D"]

def events(references):
    def columns(d):
        e = np.where(d.profile_year > 0, d.year - d.profile_year, np.nan)
        times = [int(t) for t in sorted(set(e[~np.isnan(e)])) if int(t) not in references]
        return d.assign(**{f"event:{t}": (e == t).astype(float) for t in times}), [f"event:{t}" for t in times]
    return columns

ROOMS = "--outcome math --unit classroom --period year --cohort profile_year"
TWFE, EVENT = ROOMS + " --estimator twfe", ROOMS + " --estimator event-study"
SETS = {"grade": ["classroom", "year", "grade"], "teacher": ["classroom", "year", "teacher"], "district_year": ["classroom", "district^year"],
        "school_grade": ["classroom", "school^grade", "year"], "trend": ["classroom[year]", "year"],
        "trend_district": ["classroom[year]", "district^year", "grade"], "grade_slope": ["classroom", "year", "grade[attendance]"]}
for file in ["classrooms.csv", "classrooms_unbalanced.csv"]:
    tag = file.split(".")[0].replace("classrooms", "rooms")
    for name, effects in SETS.items():
        many = name == "teacher"
        case(f"{tag}_{name}", file, effects, twfe, TWFE, crossed=many)
        cov = () if name == "grade_slope" else ("attendance",)
        case(f"{tag}_{name}_w", file, effects, twfe, TWFE, weights="students", covariates=cov, crossed=many)
        case(f"{tag}_{name}_two", file, effects, twfe, TWFE, clusters=("school", "year"), covariates=cov)
for name in ["grade", "teacher", "district_year"]:
    case(f"event_{name}", "classrooms_unbalanced.csv", SETS[name], events({-1}), EVENT, weights="students", crossed=name == "teacher")
case("event_trend", "classrooms_unbalanced.csv", SETS["trend"], events({-1, -6}), EVENT)

def above(a, b): return a > b + 1e-9 * np.maximum(abs(a), abs(b))

def wild(id, effects, columns, roles, schools, weights=None):
    """Symmetric strict p at zero, the interval by inversion, and joint tests of event times before and after, by enumeration."""
    d, names = columns(read("classrooms.csv").query("school in @schools").reset_index(drop=True))
    y, g = d.math.to_numpy(float), d.school.to_numpy()
    w = d[weights].to_numpy(float) if weights else np.ones(len(d))
    x, f = d[names].to_numpy(float), dummies(d, effects)
    b, pull, e, basis = fit(x, f, y, w)
    r = np.sqrt(w)[:, None]
    _, s, vt = np.linalg.svd(np.hstack([x, f]) * r, full_matrices=False)
    u = np.hstack([x, f]) * r @ vt.T / s
    u = u[:, s > 1e-9 * s[0]]
    maker = np.eye(len(y)) - (u / r) @ (u * r).T
    signs = np.array(np.meshgrid(*[[1.0, -1.0]] * len(schools), indexing="ij")).reshape(len(schools), -1).T
    at = np.searchsorted(np.unique(g), g)
    ind = (g[:, None] == np.unique(g)[None, :]).astype(float)
    def restricted(which, value):
        rest = np.hstack([np.delete(x, which, 1), f])
        moved = y - x[:, which] @ value
        return x[:, which] @ value + rest @ np.linalg.lstsq(rest * r, moved * r[:, 0], rcond=1e-10)[0]
    def draws(which, value):
        fitted = restricted(which, value)
        return fitted + signs[:, at] * (y - fitted)
    def p(j, value):
        ys = draws([j], np.array([value]))
        bs, es = ys @ pull[j], ys @ maker.T
        se = np.sqrt(((es * pull[j]) @ ind) ** 2 @ np.ones(len(schools)))
        own = np.sqrt((((e * pull[j]) @ ind) ** 2).sum())
        return above(abs((bs - value) / se), abs((b[j] - value) / own)).mean()
    ends = []
    own = np.sqrt((((e * pull[0]) @ ind) ** 2).sum())
    for way in (-1, 1):
        inside = edge = b[0]
        while p(0, edge) > .05:
            inside, edge = edge, edge + way * .05 * own
            assert abs(edge - b[0]) < 200 * own
        for _ in range(60):
            mid = (inside + edge) / 2
            inside, edge = (mid, edge) if p(0, mid) > .05 else (inside, mid)
        ends.append((inside + edge) / 2)
    joint = {}
    events = {n: int(n.split(":")[1]) for n in names if n.startswith("event:")}
    for name, test in [("before", lambda t: t < 0), ("after", lambda t: t >= 0)]:
        which = [i for i, n in enumerate(names) if n in events and test(events[n])]
        if len(which) < 2:
            continue
        def walds(ys):
            for bs, es in zip(ys @ pull[which].T, ys @ maker.T):
                c = ((pull[which] * es) @ ind)
                v = c @ c.T
                scale = np.sqrt(np.diag(v))
                yield -np.inf if np.linalg.cond(v / np.outer(scale, scale)) > 1e10 else bs @ np.linalg.solve(v, bs)
        observed = next(walds(y[None, :]))
        joint[name] = {"wald": observed, "p": above(np.array(list(walds(draws(which, np.zeros(len(which)))))), observed).mean(), "q": len(which)}
    CASES.append({"id": id, "file": "classrooms.csv", "schools": [int(s) for s in schools], "rows": len(y), "joint": joint,
                  "flags": f"{roles} --cluster school --fixed-effects {','.join(effects)}" + (f" --weights {weights}" if weights else ""),
                  "terms": ["overall" if n == "D" else n for n in names], "estimate": b.tolist(), "wild_p": [p(j, 0.0) for j in range(len(b))], "wild_interval": ends})
    print(id, len(y), b[0], CASES[-1]["wild_p"], ends, joint, flush=True)

TEN = [2, 5, 8, 11, 14, 4, 6, 10, 12, 16]  # five with profiles from 2020 on, five without
wild("wild_teacher", SETS["teacher"], twfe, TWFE, TEN)
wild("wild_teacher_w", SETS["teacher"], twfe, TWFE, TEN, weights="students")
wild("wild_trend", SETS["trend"], twfe, TWFE, TEN)
FEW = EVENT + ":window=-3..1,bin=true"
def binned(d):
    e = np.where(d.profile_year > 0, np.clip(d.year - d.profile_year, -3, 1), np.nan)
    times = [-3, -2, 0, 1]
    return d.assign(**{f"event:{t}": (e == t).astype(float) for t in times}), [f"event:{t}" for t in times]
wild("wild_event_teacher", SETS["teacher"], binned, FEW, TEN)
STUDENTS = "--outcome reading --arm arm --post post --estimator twfe"
case("students_three", "students.csv", ["school", "post", "grade"], twfe, STUDENTS, covariates=("frl", "iep"))
case("students_interacted", "students.csv", ["school^iep", "post", "grade"], twfe, STUDENTS)
case("students_unit", "students.csv", ["student", "post", "grade"], twfe, STUDENTS + " --unit student")
json.dump({"made_by": "make_absorbed.py", "numpy": np.__version__, "pyfixest": pf.__version__, "cases": CASES}, open("absorbed.json", "w"), indent=1)
