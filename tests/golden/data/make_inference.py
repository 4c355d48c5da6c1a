"""Brute-force reference numbers for didact's inference methods, from classrooms.csv and students.csv in this folder.

Needs only numpy and scipy. Run it from this folder: it writes inference.json next to itself. Everything is a dense
matrix on all rows with the full set of dummies, and every sign vector or assignment is enumerated, so there is no
random number anywhere. The assert lines compute the same number a second way.

Models:  twfe      math ~ D + classroom dummies + year dummies, D = year >= profile_year > 0
         cov       the same plus attendance;  cov_w  the same with weights `students`
         event     classroom + year dummies + one dummy per observed event time except -1
         students  reading ~ 1 + arm + post + arm*post
"""
import csv, itertools, json, sys
import numpy as np, scipy
from scipy import stats

TIE = 1e-9  # two statistics closer than this (relative) are tied

def load(path):
    rows = list(csv.DictReader(open(path)))
    return {k: np.array([float(r[k] or 0) for r in rows]) for k in rows[0]}
ROOM, STUDENTS, CASES = load("classrooms.csv"), load("students.csv"), []

def plain(v):
    """Turn numpy values into what json can write."""
    if isinstance(v, dict): return {k: plain(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)): return [plain(x) for x in v]
    if isinstance(v, np.ndarray): return plain(v.tolist())
    return v.item() if isinstance(v, np.generic) else v

def case(id, call, result): CASES.append({"id": id, "call": call, "result": plain(result)})
def take(d, keep): return {k: v[keep] for k, v in d.items()}
def dummies(v): return (np.asarray(v)[:, None] == np.unique(v)[None, :]).astype(float)
def codes(v): return np.unique(v, return_inverse=True)[1]
def treated_dummy(d): return ((d["profile_year"] > 0) & (d["year"] >= d["profile_year"])).astype(float)

def design(d, slopes):
    """Slopes first, then all classroom dummies, then all year dummies but the first: full column rank."""
    x = np.column_stack(slopes + [dummies(d["classroom"]), dummies(d["year"])[:, 1:]])
    assert np.linalg.matrix_rank(x) == x.shape[1]
    return x

def event_design(d):
    e = np.where(d["profile_year"] > 0, d["year"] - d["profile_year"], np.nan)
    times = sorted(int(t) for t in set(e[~np.isnan(e)]) if t != -1)
    return design(d, [(e == t).astype(float) for t in times]), times

class Fit:
    """Least squares (weighted when w is given); bread = (X'WX)^-1."""
    def __init__(self, x, y, w=None):
        self.x, self.y, self.w = x, y, np.ones(len(y)) if w is None else w
        q, r = np.linalg.qr(x * self.w[:, None] ** .5)
        self.influence = np.linalg.solve(r, (q * self.w[:, None] ** .5).T)  # b = influence @ y
        self.bread = np.linalg.inv(r) @ np.linalg.inv(r).T
        self.b = self.influence @ y
        self.e = y - x @ self.b
        assert np.allclose(self.b, np.linalg.solve(x.T @ (self.w[:, None] * x), x.T @ (self.w * y)), atol=1e-7)
    def cr0(self, g, q):
        """CR0 covariance of the first q coefficients."""
        s = dummies(g).T @ (self.influence[:q] * self.e).T
        return s.T @ s
X_A, X_COV = design(ROOM, [treated_dummy(ROOM)]), design(ROOM, [treated_dummy(ROOM), ROOM["attendance"]])
X_S = np.column_stack([STUDENTS["arm"] * STUDENTS["post"], np.ones(len(STUDENTS["arm"])), STUDENTS["arm"], STUDENTS["post"]])
A, COV, COVW, S = Fit(X_A, ROOM["math"]), Fit(X_COV, ROOM["math"]), Fit(X_COV, ROOM["math"], ROOM["students"]), Fit(X_S, STUDENTS["reading"])

# ---------------------------------------------------------------- which schools
def pick_schools():
    pairs = set(zip(ROOM["school"].astype(int).tolist(), ROOM["profile_year"].astype(int).tolist()))
    year = dict(pairs)
    assert len(year) == len(pairs)  # every school has one profile_year
    cohorts = [v for v in year.values() if v > 0]
    common = max(sorted(set(cohorts)), key=cohorts.count)
    return common, [s for s in sorted(year) if year[s] == common][:5], [s for s in sorted(year) if year[s] == 0][:5]
COHORT, TREATED, CONTROL = pick_schools()
SUB = take(ROOM, np.isin(ROOM["school"], TREATED + CONTROL))
case("schools", "the ten schools used by the wild and permutation cases: first five treated in the most common profile year, first five never treated",
     {"profile_year": COHORT, "treated": TREATED, "control": CONTROL, "rows": len(SUB["math"]), "classrooms": len(np.unique(SUB["classroom"]))})

# ---------------------------------------------------------------- 1. heteroskedasticity-consistent errors
def hc(f, names):
    n, k = f.x.shape
    h = (np.linalg.qr(f.x * f.w[:, None] ** .5)[0] ** 2).sum(1)
    assert np.allclose(h, f.w * np.einsum("ij,jk,ik->i", f.x, f.bread, f.x))
    out = {"n": n, "k": k, "df": n - k, "max_leverage": h.max(), "names": names, "coef": f.b[:len(names)]}
    se = lambda m: np.sqrt(np.diag(m)[:len(names)])
    out["se_classical"] = se(f.bread * (f.w * f.e ** 2).sum() / (n - k))
    meat = lambda p: f.bread @ (f.x.T @ (f.x * (f.w ** 2 * f.e ** 2 / (1 - h) ** p)[:, None])) @ f.bread
    return {**out, "se_hc0": se(meat(0)), "se_hc1": se(meat(0) * n / (n - k)), "se_hc2": se(meat(1)), "se_hc3": se(meat(2))}
for id, f, names in [("twfe", A, ["D"]), ("cov", COV, ["D", "attendance"]), ("cov_w", COVW, ["D", "attendance"]), ("students", S, ["arm:post"])]:
    case("hc_" + id, f"model {id}: slopes with classical, HC0, HC1 (N/(N-K)), HC2, HC3 standard errors; K counts every dummy, leverage from the full design", hc(f, names))

# ---------------------------------------------------------------- 2. two-way clustering
def two_way(f, g1, g2, q=2):
    pair = codes(np.unique(np.column_stack([g1, g2]), axis=0, return_inverse=True)[1].ravel())
    counts, v = zip(*((len(np.unique(g)), f.cr0(g, q)) for g in (g1, g2, pair)))
    low = min(counts[:2])
    factors = {"cr0": [1, 1, 1], "cr1_min": [low / (low - 1)] * 3, "cr1_own": [c / (c - 1) for c in counts]}
    out = {"coef": f.b[:q], "g1": counts[0], "g2": counts[1], "g12": counts[2]}
    for name, (a, b, c) in factors.items():
        raw = a * v[0] + b * v[1] - c * v[2]
        lam, u = np.linalg.eigh(raw)
        fixed = (u * np.maximum(lam, 0)) @ u.T
        out[name] = {"vcov_raw": raw, "eigenvalues": lam, "negative": bool(lam.min() < 0), "vcov": fixed, "se": np.sqrt(np.diag(fixed))}
    return out
for id, f, key in [("cov_classroom_year", COV, "classroom"), ("cov_w_classroom_year", COVW, "classroom"), ("cov_school_year", COV, "school")]:
    case("twoway_" + id, f"model {'cov_w' if f is COVW else 'cov'}, slopes D and attendance, clusters {key} and year: V1+V2-V12 with no factor (cr0), Gmin/(Gmin-1) on all three (cr1_min), "
         "own G/(G-1) (cr1_own); negative eigenvalues of the 2x2 slope matrix set to zero in vcov and se", two_way(f, ROOM[key], ROOM["year"]))
x, times = event_design(ROOM)
case("twoway_event_classroom_year", "model event, all event-time slopes, clusters classroom and year, the same three variants (here the raw matrix has negative eigenvalues where flagged)",
     {"event_times": times, **two_way(Fit(x, ROOM["math"]), ROOM["classroom"], ROOM["year"], len(times))})

# ---------------------------------------------------------------- 3. approximate Hotelling test
def inverse_root(m):
    lam, u = np.linalg.eigh((m + m.T) / 2)
    ok = lam > 1e-10  # the rest counts as zero
    return (u[:, ok] / np.sqrt(lam[ok])) @ u[:, ok].T

def htz(f, g, cols):
    """CR2 under an identity working model, with q = len(cols) coefficients tested zero at once."""
    g, q, n = codes(g), len(cols), len(f.y)
    resid, ind = np.eye(n) - f.x @ f.influence, dummies(g)
    cov = resid @ resid.T  # residual covariance (I-H)(I-H)'; equals I-H without weights
    groups = [np.flatnonzero(g == j) for j in range(g.max() + 1)]
    p = np.zeros((n, q))  # row block g of column s is A_g W_g X_g M c_s
    for r in groups:
        p[r] = inverse_root(cov[np.ix_(r, r)]) @ f.influence[cols][:, r].T
    score = ind.T @ (p * f.e[:, None])
    v, theta = score.T @ score, f.b[cols]
    lam, u = np.linalg.eigh(sum(p[r].T @ cov[np.ix_(r, r)] @ p[r] for r in groups))  # of Omega = E(V)
    z = p @ (u / np.sqrt(lam)) @ u.T
    big = {(s, t): ind.T @ (z[:, [s]] * cov * z[:, t]) @ ind for s in range(q) for t in range(q)}
    total = sum((big[s, s] * big[t, t] + big[s, t] * big[t, s]).sum() for s in range(q) for t in range(q))
    eta = q * (q + 1) / total
    same, dense = ind @ ind.T, 0.0  # second way: Var of each quadratic form e'Qe is 2 tr(Q cov Q cov), and E(V) = identity once standardized
    for s, t in itertools.product(range(q), repeat=2):
        m = np.outer(z[:, s], z[:, t]) * same
        k = (m + m.T) / 2 @ cov
        dense += 2 * (k * k.T).sum()
        assert np.isclose(np.trace(k), float(s == t), atol=1e-8)
    assert np.isclose(dense, total, rtol=1e-8)
    wald, df2 = theta @ np.linalg.solve(v, theta), eta - q + 1
    stat, count = (eta - q + 1) / (eta * q) * wald, len(groups)
    s1 = ind.T @ (f.influence[cols] * f.e).T
    wald1 = theta @ np.linalg.solve(s1.T @ s1 * count / (count - 1), theta)
    return {"q": q, "g": count, "coef": theta, "se_cr2": np.sqrt(np.diag(v)), "vcov_cr2": v, "wald_cr2": wald, "eta": eta, "F": stat, "df2": df2,
            "p": stats.f.sf(stat, q, df2) if df2 > 0 else None,
            "wald_cr1": wald1, "F_cr1": wald1 / q, "df2_cr1": count - 1, "p_cr1": stats.f.sf(wald1 / q, q, count - 1)}
one = htz(A, ROOM["school"], [0])
one["t_cr2"], one["satterthwaite_df"] = one["coef"][0] / one["se_cr2"][0], one["eta"]
case("htz_twfe_D", "model twfe, clusters school: D alone, CR2 with Satterthwaite df (q = 1, so eta is that df)", one)
for tag, d in [("all", ROOM), ("first20", take(ROOM, ROOM["school"] <= 20))]:
    x, times = event_design(d)
    f = Fit(x, d["math"])
    for name, keep in [("pre", lambda t: t < -1), ("post", lambda t: t >= 0)]:
        cols = [i for i, t in enumerate(times) if keep(t)]
        case(f"htz_event_{name}_{tag}", f"model event, schools {tag} (first20: numbered <= 20), clusters school: the listed event times zero at once, CR2 HTZ and CR1 (G/(G-1)) with F(q, G-1)",
             {"event_times": [times[i] for i in cols], **htz(f, d["school"], cols)})
case("htz_cov_w", "model cov_w, clusters school: D = attendance = 0 at once, CR2 with identity working model under weights, and CR1", htz(COVW, ROOM["school"], [0, 1]))
case("htz_cov_w_D", "model cov_w, clusters school: D alone (q = 1)", htz(COVW, ROOM["school"], [0]))

# ---------------------------------------------------------------- 4. wild bootstrap, every sign vector
def signs(n): return np.array(list(itertools.product((1.0, -1.0), repeat=n)))
def above(a, b): return a > b + TIE * np.maximum(abs(a), abs(b))
def not_below(a, b): return a >= b - TIE * np.maximum(abs(a), abs(b))

def crossing(p_of, start, step, limit):
    """First r with p <= 0.05 going outwards from start, bisected 60 times; None when none within limit."""
    ends = []
    for way in (-1, 1):
        inside = r = start
        while abs(r - start) < limit and p_of(r) > .05:
            inside, r = r, r + way * step
        if p_of(r) > .05: ends.append(None); continue
        for _ in range(60):
            mid = (inside + r) / 2
            inside, r = (mid, r) if p_of(mid) > .05 else (inside, mid)
        ends.append((inside + r) / 2)
    return ends

class Wild:
    """Wild bootstrap of coefficient 0: sign vectors over `by`, CR0 t over clusters `g`; each draw is a full refit."""
    def __init__(self, x, y, g, by):
        self.f, self.x, self.g, self.by = Fit(x, y), x, dummies(g), codes(by)
        self.v, self.maker = signs(self.by.max() + 1), np.eye(len(y)) - x @ self.f.influence
        self.se = self.f.cr0(g, 1)[0, 0] ** .5
    def draws(self, r, free=False):
        x, y = self.x, self.f.y
        b = self.f.b if free else np.r_[r, np.linalg.lstsq(x[:, 1:], y - r * x[:, 0], rcond=None)[0]]
        ys = x @ b + self.v[:, self.by] * (y - x @ b)
        bs, es = ys @ self.f.influence[0], ys @ self.maker
        ses = np.sqrt((((es * self.f.influence[0]) @ self.g) ** 2).sum(1))
        return (bs - b[0]) / ses, ses
    def p(self, r=0.0, free=False):
        ts, t = self.draws(r, free)[0], (self.f.b[0] - r) / self.se
        return {"t": t, "p_symmetric_strict": above(abs(ts), abs(t)).mean(), "p_symmetric_ties": not_below(abs(ts), abs(t)).mean(),
                "p_equal_tail_strict": 2 * min(above(t, ts).mean(), above(ts, t).mean()),
                "p_equal_tail_ties": min(1.0, 2 * min(not_below(t, ts).mean(), not_below(ts, t).mean())),
                "ties": int((not_below(abs(ts), abs(t)) & ~above(abs(ts), abs(t))).sum())}
w = Wild(design(SUB, [treated_dummy(SUB)]), SUB["math"], SUB["school"], SUB["school"])
one = {"coef": w.f.b[0], "se_cr0": w.se, "vectors": len(w.v), **w.p(), "at_1": w.p(1.0)}
for tail in ("equal_tail", "symmetric"):
    one[f"ci_{tail}_strict"] = crossing(lambda r: w.p(r)[f"p_{tail}_strict"], w.f.b[0], .05 * w.se, 200 * w.se)
case("wild_twfe", "model twfe on the ten schools, CR0 t by school, all 2^10 sign vectors per school with the identity, null imposed: p at r = 0 (and r = 1 in at_1), 95% intervals by inversion", one)

def wild_joint(x, y, g, cols):
    f, gi, v = Fit(x, y), dummies(g), signs(len(np.unique(g)))
    rest = [i for i in range(x.shape[1]) if i not in cols]
    fitted = x[:, rest] @ np.linalg.lstsq(x[:, rest], y, rcond=None)[0]
    ys = np.vstack([y, fitted + v[:, codes(g)] * (y - fitted)])  # row 0 is the data
    inf, es = f.influence[cols], ys @ (np.eye(len(y)) - x @ f.influence)
    wald, singular = [], 0
    for b, e in zip(ys @ inf.T, es):
        s = gi.T @ (inf * e).T
        cov, norm = s.T @ s, np.linalg.norm(s, axis=0)
        bad = norm.min() == 0 or np.linalg.cond(cov / np.outer(norm, norm)) > 1e10
        singular += bad
        wald.append(-np.inf if bad else b @ np.linalg.solve(cov, b))
    obs, wald = wald[0], np.array(wald[1:])
    return {"q": len(cols), "coef": f.b[cols], "wald_cr0": obs, "vectors": len(v), "count_strict": int(above(wald, obs).sum()), "count_ties": int(not_below(wald, obs).sum()),
            "p_strict": above(wald, obs).mean(), "p_ties": not_below(wald, obs).mean(), "singular": int(singular),
            "wald_quantiles_50_90_95": np.quantile(wald, [.5, .9, .95])}
XE, TIMES = event_design(SUB)
for name, keep in [("post", lambda t: t >= 0), ("pre", lambda t: t < -1)]:
    cols = [i for i, t in enumerate(TIMES) if keep(t)]
    case("wild_joint_" + name, "model event on the ten schools: the listed event times zero at once, CR0 Wald, all 2^10 sign vectors per school, null imposed (those dummies dropped)",
         {"event_times": [TIMES[i] for i in cols], **wild_joint(XE, SUB["math"], SUB["school"], cols)})
six = TREATED[:2] + CONTROL[:4]
rooms = [int(c) for s in six for c in np.unique(ROOM["classroom"][ROOM["school"] == s])[:2]]
few = take(ROOM, np.isin(ROOM["classroom"], rooms))
w = Wild(design(few, [treated_dummy(few)]), few["math"], few["school"], few["classroom"])
case("wild_subcluster", "model twfe on the listed classrooms (first two of each of six schools, all years), signs per classroom (all 2^12), CR0 t by school, null r = 0 imposed and free (unrestricted residuals)",
     {"schools": six, "classrooms": rooms, "rows": len(few["math"]), "coef": w.f.b[0], "se_cr0": w.se, "vectors": len(w.v), "smallest_se": min(w.draws(0.0)[1].min(), w.draws(0.0, True)[1].min()),
      "imposed": w.p(), "free": w.p(free=True)})

# ---------------------------------------------------------------- 5. permutation of the treated label
class Permute:
    """Every assignment in `sets` of the treated label to schools; y - r*D_obs is linear in r, so refit both parts once."""
    def __init__(self, sets, observed):
        gi, post, b, s, self.at = dummies(SUB["school"]), (SUB["year"] >= COHORT).astype(float), [], [], sets.index(observed)
        ys = np.column_stack([SUB["math"], treated_dummy(SUB)])
        for chosen in sets:
            f = Fit(design(SUB, [post * np.isin(SUB["school"], chosen)]), SUB["math"])
            b.append(f.influence[0] @ ys)
            s.append(gi.T @ ((ys - f.x @ (f.influence @ ys)) * f.influence[0][:, None]))
        self.b, self.s = np.array(b), np.array(s)
    def stats(self, r, studentized):
        b = self.b[:, 0] - r * self.b[:, 1]
        return b / np.sqrt(((self.s[:, :, 0] - r * self.s[:, :, 1]) ** 2).sum(1)) if studentized else b
    def count(self, r=0.0, studentized=False):
        v = abs(self.stats(r, studentized))
        return len(v) if r == self.b[self.at, 0] else int(not_below(v, v[self.at]).sum())
observed, sets = tuple(sorted(TREATED)), list(itertools.combinations(sorted(TREATED + CONTROL), len(TREATED)))
m = Permute(sets, observed)
b, total = m.b[m.at, 0], len(sets)
sd, se = m.stats(0, False).std(), abs(b / m.stats(0, True)[m.at])
case("permutation_twfe", "model twfe on the ten schools, all assignments of the five treated labels: share with |b| >= |observed| (and |t| with CR0 by school), 95% interval from y - r*D_obs",
     {"coef": b, "se_cr0": se, "assignments": total, "count": m.count(), "p": m.count() / total, "sd_null": sd,
      "ci": crossing(lambda r: m.count(r) / total, b, .05 * sd, 200 * sd),
      "t": m.stats(0, True)[m.at], "count_studentized": m.count(0.0, True), "p_studentized": m.count(0.0, True) / total, "sd_null_studentized": m.stats(0, True).std(),
      "ci_studentized": crossing(lambda r: m.count(r, True) / total, b, .05 * se, 200 * se)})
half = [TREATED[:len(TREATED) // 2], CONTROL[:len(CONTROL) // 2]]
first, second = sorted(half[0] + half[1]), sorted(set(TREATED + CONTROL) - set(half[0] + half[1]))
pairs = [tuple(sorted(a + c)) for a in itertools.combinations(first, len(half[0])) for c in itertools.combinations(second, len(TREATED) - len(half[0]))]
m = Permute(pairs, observed)
case("permutation_blocks", "the same, the label moving only within block (block 1 = first floor(n/2) ids of each list)",
     {"block1": first, "block2": second, "coef": b, "assignments": len(pairs), "count": m.count(), "p": m.count() / len(pairs), "sd_null": m.stats(0, False).std()})

# ---------------------------------------------------------------- 6. few treated schools
def few_treated(chosen, outcome="math"):
    d, rooms, start = [], np.unique(ROOM["classroom"]), ROOM["profile_year"][ROOM["school"] == chosen[0]][0]
    for c in rooms:
        k = ROOM["classroom"] == c
        d.append(ROOM[outcome][k & (ROOM["year"] >= start)].mean() - ROOM[outcome][k & (ROOM["year"] < start)].mean())
    d, school = np.array(d), np.array([ROOM["school"][ROOM["classroom"] == c][0] for c in rooms])
    controls = [int(s) for s in np.unique(ROOM["school"][ROOM["profile_year"] == 0])]
    centre = d[np.isin(school, controls)].mean()
    m1, m0 = (np.array([(school == s).sum() for s in ids], float) for ids in (chosen, controls))
    tau, eta = d[np.isin(school, chosen)].mean() - centre, np.array([d[school == s].mean() for s in controls]) - centre
    x, y = 1 / m0, eta ** 2
    raw = level, slope = np.linalg.lstsq(np.column_stack([np.ones_like(x), x]), y, rcond=None)[0] if np.ptp(x) else (y.mean(), 0.0)
    if slope < 0: level, slope = y.mean(), 0.0
    elif level < 0: level, slope = 0.0, (x * y).sum() / (x ** 2).sum()
    h = lambda m: level + slope / m
    omega, grid = m1 / m1.sum(), list(itertools.product(range(len(controls)), repeat=len(chosen)))
    noise = {"conley_taber": [sum(omega[i] * eta[j] for i, j in enumerate(g)) for g in grid],
             "ferman_pinto": [sum(omega[i] * np.sqrt(h(m1[i]) / h(m0[j])) * eta[j] for i, j in enumerate(g)) for g in grid]}
    out = {"outcome": outcome, "profile_year": int(start), "treated": chosen, "control": controls, "m_treated": m1.astype(int), "m_control": m0.astype(int), "tau": tau, "eta": eta, "control_mean": centre,
           "raw_level_slope": raw, "level": level, "slope": slope, "rescaled_eta": np.sqrt(h(m1[0]) / h(m0)) * eta}
    for k, v in noise.items():
        v, hit = np.array(v), not_below(np.abs(v), abs(tau))
        out[k] = {"count": int(hit.sum()), "of": len(v), "p": hit.mean(), "sd": v.std(), "max_abs": abs(v).max()}
    return out
for id, chosen, outcome in [("1", TREATED[:1], "math"), ("2", TREATED[:2], "math"), ("2019", [1], "math"), ("2019_two", [1, 7], "math"), ("2022", [3], "math"),
                            ("attendance_1", TREATED[:1], "attendance"), ("attendance_2", TREATED[:2], "attendance"),
                            ("attendance_2022", [3], "attendance"), ("attendance_2022_two", [3, 9], "attendance")]:
    case("few_treated_" + id, f"{len(chosen)} treated school(s) against all never-treated, difference of mean {outcome} after and before the treated profile year per classroom: "
         "Conley-Taber and Ferman-Pinto noise over all control draws", few_treated(chosen, outcome))
json.dump({"software": f"numpy {np.__version__}, scipy {scipy.__version__}, Python {sys.version.split()[0]}",
           "notes": "Written by make_inference.py: dense matrices and full enumeration. *_strict counts exclude ties, *_ties include them; tie = relative 1e-9. Covariances are over the slopes in the order named.",
           "cases": CASES}, open("inference.json", "w"), indent=1)
