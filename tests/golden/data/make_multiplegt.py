"""multiplegt.json: chaisemartin-dhaultfoeuille by its authors' own Python package, py_did_multiplegt_dyn 0.1.9 (polars 2.1), whose
public class is called; nothing of it is in this project. Run in this folder:  python make_multiplegt.py > multiplegt.json

Rows that are missing in the unbalanced classrooms are written out with no outcome, so that the start stays known.
`lone` keeps a single classroom of the cohort of 2022; `no_never` leaves out the never-treated. [estimate, standard error].

The cases after those are of treatments that switch on and off (switching.csv, switching_gaps.csv). Each is computed twice: by the package
and by `brute`, written from the paper's definitions without a look at how the package computes them; where they differ by more than
1e-9 the script stops. Missing rows are written out for the package with neither outcome nor treatment: rows that are not there it
counts as no treatment in what normalized effects are divided by, rows without treatment as the treatment of the first change, which is what
its manual says of missing treatments.

Cases that end in `_covariates` have covariates (the package's `controls`): estimates are the package's. Its standard errors are not taken:
to each group's part in the variance it adds M'theta, the whole of what covariates take off, though the part that it has for theta has mean zero
already (the error then changes when a multiple of a covariate is added to the outcome, which moves no estimate); where treatments at
first differ it divides by the observations of one and multiplies by those of all; it leaves the longest effect possible out; with clusters
it counts "none" as one more. `brute(..., package=True)` does as it does, and must give its errors to 1e-8; `brute` without it gives those here: the influence of
theta itself, with sqrt(n/(n-1))."""

import contextlib, io, json, sys, warnings

import numpy as np
import pandas as pd
import polars as pl

count = pl.count
pl.count = lambda *a, **k: count(*a, **k) if a else pl.len()  # the package calls it as older polars allowed
import did_multiplegt_dyn

warnings.simplefilter("ignore")
balanced, gaps = pd.read_csv("classrooms.csv"), pd.read_csv("classrooms_unbalanced.csv")


def written_out(d):
    of = d.drop_duplicates("classroom").set_index("classroom")[["school", "profile_year"]]
    all_rows = pd.MultiIndex.from_product([sorted(d.classroom.unique()), sorted(d.year.unique())], names=["classroom", "year"])
    out = all_rows.to_frame(index=False).merge(d[["classroom", "year", "math", "students"]], how="left", on=["classroom", "year"])
    return out.join(of, on="classroom")


def run(d, effects, placebo, treatment="treated", **options):
    if treatment == "treated":
        d = d.assign(treated=((d.profile_year > 0) & (d.year >= d.profile_year)).astype(int))
    with contextlib.redirect_stdout(io.StringIO()):
        call = did_multiplegt_dyn.DidMultiplegtDyn(
            pl.from_pandas(d), outcome="math", group="classroom", time="year", treatment=treatment, effects=effects, placebo=placebo, **options
        )
        result = call.fit().result["did_multiplegt_dyn"]
    pair = lambda table, i: [float(table.iloc[i]["Estimate"]), float(table.iloc[i]["SE"])]
    out = {"overall": pair(result["ATE"], 0)}
    for table, event in (("Effects", lambda l: l - 1), ("Placebos", lambda l: -l - 1)):
        out.update({f"event:{event(i + 1)}": pair(result[table], i) for i in range(len(result[table]))})
    return out


def brute(d, effects, placebo, treatment, normalized=False, switchers="", weight=None, cluster="classroom", controls=(), package=False):
    """From the definitions: loops over groups, effects and directions; nothing is shared between them."""
    years = sorted(d.year.unique())
    groups = {}
    for name, g in d.groupby("classroom"):
        g = g.set_index("year")
        seen = [(y, float(g[treatment][y])) for y in years if y in g.index and pd.notna(g[treatment][y])]
        first = seen[0][1]
        change = next((k for k, (_, x) in enumerate(seen) if x != first), None)
        last, F, to, lost = np.inf, np.inf, first, np.inf
        if change is not None:
            F, to, before = *seen[change], seen[change - 1][0]
            if years.index(F) > years.index(before) + 1:
                lost, F, to = F, np.inf, first
            else:
                other_side = [y for y, x in seen[change:] if (x - first) * (to - first) < 0]
                lost = other_side[0] if other_side else np.inf
        known = dict(seen)
        path = {y: known.get(y, to if y >= F else first) for y in years}
        y_of = {t: float(g.math[t]) for t in years if t in g.index and pd.notna(g.math[t]) and t in known and t < lost}
        w_of = {t: float(g[weight][t]) if weight else 1.0 for t in y_of}
        groups[name] = dict(D1=first, F=F, to=to, path=path, Y=y_of, w=w_of, cluster=g[cluster].iloc[0] if cluster != "classroom" else name)
        groups[name]["X"] = {t: np.array([float(g[c][t]) for c in controls]) for t in y_of}
    names = list(groups)
    starts = {D1: {groups[n]["F"] for n in names if groups[n]["D1"] == D1} for D1 in {groups[n]["D1"] for n in names}}
    in_sample = [n for n in names if len(starts[groups[n]["D1"]]) > 1]
    place = lambda F: years.index(F) if F < np.inf else len(years)
    slopes, moves = {}, {}
    steps = {D1: [(n, t) for n in names if groups[n]["D1"] == D1 for s, t in zip(years, years[1:]) if t < groups[n]["F"] and s in groups[n]["Y"] and t in groups[n]["Y"]] for D1 in starts}
    every = sum(groups[n]["w"][t] for D1 in starts if len(starts[D1]) > 1 for n, t in steps[D1])
    for D1 in starts if controls else ():
        if len(starts[D1]) < 2:
            continue
        before = dict(zip(years[1:], years))
        dY = np.array([groups[n]["Y"][t] - groups[n]["Y"][before[t]] for n, t in steps[D1]])
        dX = np.array([groups[n]["X"][t] - groups[n]["X"][before[t]] for n, t in steps[D1]])
        w = np.array([groups[n]["w"][t] for n, t in steps[D1]])
        when = np.array([t for _, t in steps[D1]])
        x, y = dX.copy(), dY.copy()
        for t in set(when):
            own = when == t
            x[own] -= w[own] @ dX[own] / w[own].sum()
            y[own] -= w[own] @ dY[own] / w[own].sum()
        inverse = np.linalg.pinv(x.T @ (w[:, None] * x))
        slopes[D1] = inverse @ (x.T @ (w * y))
        e = y - x @ slopes[D1]
        moves[D1] = {}
        for r, (n, t) in enumerate(steps[D1]):
            k = len({groups[m]["cluster"] for m, s in steps[D1] if s == t})
            residual, scale = e[r], 1.0
            if package:
                k += int(cluster != "classroom" and sum(s == t for _, s in steps[D1]) < len(in_sample))
                residual = e[r] if k > 1 else dY[r]
                scale = every / w.sum()
            c = groups[n]["cluster"]
            moves[D1][c] = moves[D1].get(c, 0.0) + scale * np.sqrt(k / (k - 1) if k > 1 else 1.0) * w[r] * residual * (inverse @ x[r])

    def comparisons(length, back):
        for direction in (1, -1):
            if (switchers, direction) in (("in", -1), ("out", 1)):
                continue
            for D1, F in sorted({(groups[n]["D1"], groups[n]["F"]) for n in names if groups[n]["F"] < np.inf}):
                base = years.index(F) - 1
                at, to = base + length, base - length if back else base + length
                if at >= len(years) or to < 0:
                    continue
                t, b, c = years[at], years[base], years[to]
                there = [n for n in names if groups[n]["D1"] == D1 and all(x in groups[n]["Y"] for x in (t, b, c))]
                ours = [n for n in there if groups[n]["F"] == F and np.sign(groups[n]["to"] - D1) == direction]
                theirs = [n for n in there if groups[n]["F"] > t]
                if ours and theirs:
                    yield direction, F, t, b, c, ours, theirs

    def solve(which, divide):
        rows = [x for length, back in which for x in comparisons(length, back)]
        back = which[0][1]
        weight_of = lambda n, t: groups[n]["w"][t]
        total = sum(weight_of(n, t) for _, _, t, _, _, ours, _ in rows for n in ours)
        if not rows:
            return None
        dose = sum(weight_of(n, t) * divide(groups[n], t) for _, _, t, _, _, ours, _ in rows for n in ours) / total
        estimate, psi = 0.0, {}
        for direction, F, t, b, c, ours, theirs in rows:
            diff = {n: groups[n]["Y"][c] - groups[n]["Y"][b] for n in ours + theirs}
            D1 = groups[ours[0]]["D1"]
            dX = {n: groups[n]["X"][c] - groups[n]["X"][b] for n in ours + theirs}
            if controls:
                diff = {n: diff[n] - slopes[D1] @ dX[n] for n in diff}
            w = {n: weight_of(n, t) for n in ours + theirs}
            mean = lambda side: sum(w[n] * diff[n] for n in side) / sum(w[n] for n in side)
            clusters = lambda side: len({groups[n]["cluster"] for n in side})
            W = sum(w[n] for n in ours)
            estimate += direction * W / total / dose * (mean(ours) - mean(theirs))
            if controls:
                along = direction * W / total / dose * (sum(w[n] * dX[n] for n in ours) / W - sum(w[n] * dX[n] for n in theirs) / sum(w[n] for n in theirs))
                if package:
                    last = max(place(F) for F in starts[D1])
                    along = along * (years.index(t) - years.index(b) <= last - 2)
                    for n in in_sample:
                        if not back or groups[n]["D1"] == D1:
                            psi[groups[n]["cluster"]] = psi.get(groups[n]["cluster"], 0.0) + along @ slopes[D1] / len(in_sample)
                for g, move in moves[D1].items():
                    psi[g] = psi.get(g, 0.0) - along @ move
            cohorts = [([n for n in ours if groups[n]["to"] == to], 1 / W) for to in {groups[n]["to"] for n in ours}]
            for side, per in cohorts + [(theirs, -1 / sum(w[n] for n in theirs))]:
                around = side if clusters(side) > 1 else ours + theirs
                k = clusters(around)
                for n in side:
                    z = direction * W / total / dose * per * np.sqrt(k / (k - 1)) * w[n] * (diff[n] - mean(around))
                    psi[groups[n]["cluster"]] = psi.get(groups[n]["cluster"], 0.0) + z
        return [estimate, float(np.sqrt(sum(z * z for z in psi.values())))]

    dose = lambda g, t: abs(g["path"][t] - g["D1"])
    total = lambda g, t: abs(sum(g["path"][y] - g["D1"] for y in years if g["F"] <= y <= t))
    one = lambda g, t: 1.0
    out = {"overall": solve([(l, False) for l in range(1, effects + 1)], dose)}
    for l in range(1, effects + 1):
        out[f"event:{l - 1}"] = solve([(l, False)], total if normalized else one)
    for l in range(1, placebo + 1):
        out[f"event:{-l - 1}"] = solve([(l, True)], total if normalized else one)
    return {k: v for k, v in out.items() if v}


one = balanced[balanced.profile_year == 2022].classroom.iloc[0]
lone = balanced[(balanced.profile_year != 2022) | (balanced.classroom == one)]
school = {"cluster": "school"}
cases = {
    "by_classroom": run(balanced, 5, 3),
    "by_school": run(balanced, 5, 3, **school),
    "normalized": run(balanced, 5, 3, normalized=True, **school),
    "weighted": run(balanced, 5, 3, weight="students", **school),
    "two_effects": run(balanced, 2, 1, **school),
    "unbalanced": run(written_out(gaps), 5, 3, **school),
    "lone": run(lone, 5, 3),
    "no_never": run(balanced[balanced.profile_year > 0], 3, 2, **school),
}


def both(name, d, effects, placebo, controls=(), **options):
    found = run(d, effects, placebo, **options, **({"controls": list(controls)} if controls else {}))
    if options["treatment"] == "treated":
        d = d.assign(treated=((d.profile_year > 0) & (d.year >= d.profile_year)).astype(int))
    own = brute(d, effects, placebo, controls=controls, package=True, **options)
    for key in sorted(set(found) | set(own)):
        a, b = found.get(key), own.get(key)
        if a is None or b is None or not np.allclose(a, b, rtol=1e-9, atol=1e-12):
            sys.exit(f"{name} {key}: package {a}, definitions {b}")
    return brute(d, effects, placebo, controls=controls, **options) if controls else found


def grid(d):
    of = d.drop_duplicates("classroom").set_index("classroom")[["school"]]
    rows = pd.MultiIndex.from_product([sorted(d.classroom.unique()), sorted(d.year.unique())], names=["classroom", "year"])
    return rows.to_frame(index=False).merge(d.drop(columns="school"), how="left", on=["classroom", "year"]).join(of, on="classroom")


full, holes = pd.read_csv("switching.csv"), grid(pd.read_csv("switching_gaps.csv"))
for column in ("status", "hours"):
    for name, d, effects, placebo, options in [
        ("plain", full, 7, 4, {}),
        ("in", full, 7, 4, {"switchers": "in"}),
        ("out", full, 7, 4, {"switchers": "out"}),
        ("two_effects", full, 2, 1, school),
        ("by_school", full, 7, 4, school),
        ("weighted", full, 7, 4, {"weight": "students", **school}),
        ("normalized", full, 7, 4, {"normalized": True, "weight": "students"}),
        ("gaps", holes, 7, 4, school),
        ("gaps_normalized", holes, 7, 4, {"normalized": True}),
        ("gaps_weighted_out", holes, 7, 4, {"switchers": "out", "weight": "students", **school}),
    ]:
        cases[f"{column}_{name}"] = both(f"{column}_{name}", d, effects, placebo, treatment=column, **options)
        if "normalized" not in options:
            known = d.assign(attendance=d.attendance.fillna(0.0), books=d.books.fillna(0.0))
            more = dict(treatment=column, controls=("attendance", "books"), **options)
            cases[f"{column}_{name}_covariates"] = both(f"{column}_{name}_covariates", known, effects, placebo, **more)
known = written_out(gaps).merge(gaps[["classroom", "year", "attendance"]], how="left", on=["classroom", "year"]).fillna({"attendance": 0.0})
for name, d, effects, placebo, controls, options in [
    ("by_classroom", balanced, 5, 3, ("attendance", "frl"), {}),
    ("by_school", balanced, 5, 3, ("attendance",), school),
    ("weighted", balanced, 5, 3, ("attendance",), {"weight": "students", **school}),
    ("unbalanced", known, 5, 3, ("attendance",), school),
    ("no_never", balanced[balanced.profile_year > 0], 3, 2, ("attendance",), school),
]:
    cases[f"{name}_covariates"] = both(f"{name}_covariates", d, effects, placebo, controls, treatment="treated", **options)
print(json.dumps(cases, indent=1))
