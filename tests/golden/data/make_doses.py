"""Numbers for `compliance` and `dose-response` from students.csv and classrooms.csv by plain matrices (numpy).

Take-up and doses are made here by fixed rules of the columns, the same rules that the test applies.
Run in this folder: python3 make_doses.py > doses.json
"""
import csv, json
import numpy as np

S = list(csv.DictReader(open("students.csv")))
school = np.array([int(r["school"]) for r in S]); student = np.array([int(r["student"]) for r in S])
arm = np.array([float(r["arm"]) for r in S]); post = np.array([float(r["post"]) for r in S])
y = np.array([float(r["reading"]) for r in S]); frl = np.array([float(r["frl"]) for r in S])
# Three of four assigned students used profiles, and one of ten others.
used = post * np.where(arm == 1, (student % 4 != 0), (student % 10 == 0))
out = {}


def crossed(columns):
    return np.column_stack(columns)


def cluster_sum(v):
    return np.array([v[school == g].sum(0) for g in np.unique(school)])


def two_stage(x, d, z):
    """2SLS of y on x and d, d instrumented by z: estimate, CR0, ITT and first stage."""
    X, Z = crossed([*x, d]), crossed([*x, z])
    b = np.linalg.solve(Z.T @ X, Z.T @ y)
    score = cluster_sum(Z * (y - X @ b)[:, None]) @ np.linalg.inv(Z.T @ X).T
    itt = np.linalg.lstsq(Z, y, rcond=None)[0][-1]
    first = np.linalg.lstsq(Z, d, rcond=None)[0][-1]
    M = np.linalg.inv(Z.T @ Z)
    psi = [cluster_sum(Z * (v - Z @ np.linalg.lstsq(Z, v, rcond=None)[0])[:, None]) @ M[:, -1] for v in (y, d)]
    g = len(psi[0])
    t2 = 2.2621571628540993 ** 2  # Student's t, 9 degrees of freedom, 97.5 %
    f = g / (g - 1)
    a = first**2 - t2 * f * psi[1] @ psi[1]
    h = itt * first - t2 * f * psi[0] @ psi[1]
    c = itt**2 - t2 * f * psi[0] @ psi[0]
    root = np.sqrt(h * h - a * c)
    return dict(estimate=b[-1], std_error=float(np.sqrt((score[:, -1] ** 2).sum())), itt=itt, first=first, ar=[(h - root) / a, (h + root) / a])


one = np.ones(len(S))
out["cross_sections"] = two_stage([one, arm, post], used, arm * post)
units = [np.where(student == u, 1.0, 0.0) for u in np.unique(student)]
out["panel"] = two_stage([*units, post], used, arm * post)
out["covariate"] = two_stage([one, arm, post, frl], used, arm * post)

# Doses: hours from the student's number, for treated students.
pre = {r["student"]: float(r["reading"]) for r in S if r["post"] == "0"}
after = [r for r in S if r["post"] == "1" and r["student"] in pre]
change = np.array([float(r["reading"]) - pre[r["student"]] for r in after])
treated = np.array([float(r["arm"]) for r in after])
dose = treated * np.array([1 + (int(r["student"]) * 7 % 23) / 4 for r in after])
groups = np.array([int(r["school"]) for r in after])
d = np.sort(dose[treated == 1])
shown = np.quantile(d, [0.25, 0.5, 0.75])


def curve(design, slopes, points):
    X = np.column_stack([np.ones(len(change)), *(treated * column for column in design(dose))])
    M = np.linalg.inv(X.T @ X)
    b = M @ X.T @ change
    r = change - X @ b
    meat = np.array([(X[groups == g] * r[groups == g][:, None]).sum(0) for g in np.unique(groups)])
    rows = [np.array(design(p)) for p in points]
    if slopes is not None:
        rows += [np.mean(np.array(slopes(dose))[:, treated == 1], axis=1), *[np.array(slopes(p)) for p in points]]
    c = np.array([np.concatenate([[0.0], np.asarray(v, float)]) for v in rows])
    estimate, error = (c @ b).tolist(), np.sqrt(((meat @ M @ c.T) ** 2).sum(0)).tolist()
    # The overall effect is the difference of mean changes, whatever the curve.
    D = np.column_stack([np.ones(len(change)), treated])
    M0 = np.linalg.inv(D.T @ D)
    r0 = change - D @ M0 @ D.T @ change
    meat0 = np.array([(D[groups == g] * r0[groups == g][:, None]).sum(0) for g in np.unique(groups)])
    return dict(estimate=[(M0 @ D.T @ change)[1], *estimate], std_error=[float(np.sqrt(((meat0 @ M0[:, 1]) ** 2).sum())), *error])


# A cubic is the same curve in any basis.
out["cubic"] = curve(lambda x: [x**0, x, x**2, x**3], lambda x: [0 * x, x**0, 2 * x, 3 * x**2], shown)
out["line"] = curve(lambda x: [x**0, x], lambda x: [0 * x, x**0], shown)
cuts = np.quantile(d, [0.25, 0.5, 0.75])
level = lambda x: [1.0 * (np.searchsorted(cuts, x, side="right") == k) for k in range(4)]
out["bins"] = curve(level, None, shown)
json.dump(out, __import__("sys").stdout, indent=1)
