"""Odd small panels by didact and by pyfixest: estimates and standard errors side by side.

    python cross_check.py PATH_TO_DIDACT [ESTIMATOR ...]

Needs numpy, pandas and pyfixest (written for 0.60). For each estimator that the program has, 20 panels are made: unbalanced,
weights over six orders of magnitude, missing and skipped periods, units treated throughout, cohorts of a single unit, periods
that do not start at 1, identifiers that are text. The worst relative difference of estimates and of standard errors is printed
an estimator; the exit code is 1 when one is above TOLERANCE or a case fails on one side only. A standard error that is below
1e-6 of the outcome's spread on both sides is taken as none.

    twfe         feols("y ~ D | unit + period"), CRV1, pyfixest's default small-sample factor
    twfe+grade   the same with a third effect that crosses clusters: | unit + period + grade
    twfe+half^period, twfe+cluster^grade, event-study+grade: likewise, with | unit + half^period + grade and so on
    event-study  feols("y ~ dummies of event time but -1 | unit + period"), the same; units treated throughout left out. Where
                 nobody is seen at -1 both sides must refuse
    sun-abraham  feols("y ~ dummies of cohort x event time | unit + period") without each cohort's last period before its start
                 (-1 where there is no gap), summed by event time with the cohorts' shares of the rows at that event time, taken as
                 fixed; units treated throughout left out. No weights. Event times some cohort's part of which is collinear are not
                 compared
    two-stage    dense least squares with D alone and the GMM standard error (Gardner 2022, Butts and Gardner 2022), no small-sample
                 factor (cluster:cr0), after leaving out units without an untreated row and periods without one. pyfixest's did2s
                 is not used here: it fails where a unit has a single untreated row, and stops demeaning at 1e-6

Sets are drawn with numpy's PCG64 from the numbers 0 to 19: the same everywhere.
"""
import json, subprocess, sys, tempfile, warnings
from pathlib import Path
import numpy as np
import pandas as pd

warnings.simplefilter("ignore")
import pyfixest as pf

TOLERANCE = 1e-6
PANELS = 20

def panel(seed):
    """A panel with the oddities that the bits of its number ask for."""
    r = np.random.default_rng(seed)
    n_clusters, first = int(r.integers(8, 15)), int(r.choice([1, 0, 1998, -3]))
    step = np.cumsum(r.integers(1, 3, 7)) if seed & 1 else np.arange(1, 8)
    periods = [first + int(s) - 1 for s in step]
    rows, unit = [], 0
    for c in range(n_clusters):
        cohort = [0, periods[3], periods[4], 0][c % 4]
        for _ in range(int(r.integers(2, 6))):
            unit += 1
            level, weight = r.normal(), 10 ** r.uniform(-3, 3) if seed & 2 else 1.0
            rows += [[unit, c, cohort, t, level + 0.3 * i * np.cos(c) + (1 + 0.2 * (i - 3)) * (cohort > 0 and t >= cohort) + r.normal(),
                      weight] for i, t in enumerate(periods)]
    extra = [(periods[5], n_clusters)]  # a cohort of a single unit
    if seed & 4:
        extra += [(periods[0], n_clusters + 1), (periods[0], n_clusters + 1)]  # treated throughout
    for cohort, c in extra:
        unit += 1
        rows += [[unit, c, cohort, t, r.normal() + 0.1 * i, 1.0] for i, t in enumerate(periods)]
    d = pd.DataFrame(rows, columns=["unit", "cluster", "cohort", "period", "y", "w"])
    # A cohort of 0 means never; where 0 is a period, no cohort starts in it.
    assert 0 not in {c for c in d.cohort if c} or first != 0
    if seed & 8:
        d = d[r.uniform(size=len(d)) > 0.2]
    if seed % 5 == 0:
        d = d[~((d.cluster % 3 == 0) & (d.period == periods[2]))]  # a cluster's missing period
    d = d[d.groupby("unit").period.transform("size") > 1].sample(frac=1, random_state=seed).reset_index(drop=True)
    if first == 0:
        d["cohort"] = d.cohort.replace({0: np.nan})
    d["grade"] = (3 * d.unit + np.searchsorted(periods, d.period)) % 5
    d["half"] = d.cluster // 4 % 2
    return d

def never(d):
    return d.cohort.isna() | (d.cohort == 0)

def treated(d):
    return (~never(d) & (d.period >= d.cohort)).astype(float)

def without_always(d):
    return d[~(~never(d) & (d.cohort <= d.period.min()))].reset_index(drop=True)

def dummies(d, keys):
    """A column for each value of keys (NaN: none) and the names, in order."""
    values = sorted({k for k in keys if k is not None})
    names = [f"x{i}" for i in range(len(values))]
    out = pd.DataFrame({n: [float(k == v) for k in keys] for n, v in zip(names, values)}, index=d.index)
    return pd.concat([d, out], axis=1), dict(zip(names, values))

def feols(d, right, weighted, effects=("unit", "period")):
    return pf.feols(f"y ~ {right} | {' + '.join(effects)}", d, vcov={"CRV1": "cluster"}, weights="w" if weighted else None,
                    fixef_rm="none", fixef_tol=1e-13, fixef_maxiter=200_000)

def peer_twfe(d, *effects):
    fit = feols(d.assign(D=treated(d)), "D", True, effects or ("unit", "period"))
    return {"overall": (fit.coef()["D"], fit.se()["D"])}

def peer_event(d, *effects):
    d = without_always(d)
    if not ((d.period - d.cohort == -1) & ~never(d)).any():
        raise ValueError("nobody at -1")
    keys = [None if n or p - g == -1 else int(p - g) for n, g, p in zip(never(d), d.cohort, d.period)]
    d, names = dummies(d, keys)
    fit = feols(d, " + ".join(names), True, effects or ("unit", "period"))
    return {f"event:{names[k]}": (b, fit.se()[k]) for k, b in fit.coef().items()}

def peer_sun_abraham(d):
    d = without_always(d)
    last = {g: d.period[d.period < g].max() for g in d.cohort[~never(d)].unique()}
    keys = [None if n or p == last[g] else (int(g), int(p - g)) for n, g, p in zip(never(d), d.cohort, d.period)]
    d, names = dummies(d, keys)
    fit = feols(d, " + ".join(names), False)
    # A dropped pair leaves its event time out of the comparison.
    kept, v = list(fit.coef().index), np.asarray(fit._vcov)
    out = {}
    for e in sorted({k[1] for k in names.values()}):
        cells = [n for n, k in names.items() if k[1] == e]
        if all(n in kept for n in cells):
            share = np.array([d[n].sum() for n in cells])
            share = share / share.sum()
            at = [kept.index(n) for n in cells]
            out[f"event:{e}"] = (share @ fit.coef().to_numpy()[at], np.sqrt(share @ v[np.ix_(at, at)] @ share))
    return out

def peer_two_stage(d):
    d = d.assign(D=treated(d))
    for _ in range(10):
        free = d[d.D == 0]
        d = d[d.unit.isin(free.unit) & d.period.isin(free.period)]
    free, on, w = (d.D == 0).to_numpy(), d.D.to_numpy(), d.w.to_numpy()
    x1 = np.column_stack([(d[k].to_numpy()[:, None] == np.unique(d[k])[None, :]).astype(float) for k in ["unit", "period"]])[:, :-1]
    y, root = d.y.to_numpy(), np.sqrt(w)
    b1 = np.linalg.lstsq(x1[free] * root[free, None], y[free] * root[free], rcond=None)[0]
    left = y - x1 @ b1
    effect = (w * on) @ left / ((w * on) @ on)
    x10 = x1 * free[:, None]
    # How the first stage's errors enter: a row's weight on its own untreated residual.
    pull = np.linalg.lstsq((x10 * root[:, None]).T @ (x10 * root[:, None]), x1.T @ (w * on), rcond=1e-13)[0]
    psi = w * (on * (left - effect * on) - (x10 @ pull) * left * free) / ((w * on) @ on)
    sums = pd.Series(psi).groupby(d.cluster.to_numpy()).sum().to_numpy()
    return {"overall": (effect, np.sqrt(sums @ sums))}

# The peer, whether it takes weights, the method, and which effects must be there on both sides.
PEERS = {"twfe": (peer_twfe, True, "cluster:cr1", "overall"), "event-study": (peer_event, True, "cluster:cr1", "event"),
         "twfe+grade": (lambda d: peer_twfe(d, "unit", "period", "grade"), True, "cluster:cr1", "overall"),
         "twfe+half^period": (lambda d: peer_twfe(d, "unit", "half^period", "grade"), True, "cluster:cr1", "overall"),
         "twfe+cluster^grade": (lambda d: peer_twfe(d, "unit", "period", "cluster^grade"), True, "cluster:cr1", "overall"),
         "event-study+grade": (lambda d: peer_event(d, "unit", "period", "grade"), True, "cluster:cr1", "event"),
         "sun-abraham": (peer_sun_abraham, False, "cluster:cr1", None), "two-stage": (peer_two_stage, True, "cluster:cr0", "overall")}

def ours(program, d, name, weighted, inference, text):
    estimator, _, third = name.partition("+")
    with tempfile.TemporaryDirectory() as folder:
        path, e = Path(folder) / "panel.csv", d.copy()
        if text:
            e["unit"], e["cluster"] = "unit " + e.unit.astype(str), "school " + e.cluster.astype(str)
        e["cohort"] = e.cohort.astype("Int64")
        e.to_csv(path, index=False, float_format="%.17g")
        call = [program, "estimate", str(path), *"--outcome y --unit unit --period period --cohort cohort --cluster cluster".split(),
                "--estimator", estimator, "--inference", inference, "--json"] + (["--weights", "w"] if weighted else [])
        if third:
            call += ["--fixed-effects", "unit,half^period,grade" if "half" in third else f"unit,period,{third}"]
        ran = subprocess.run(call, capture_output=True, text=True, timeout=120)
    if ran.returncode != 0:
        raise RuntimeError(ran.stderr.strip().splitlines()[0])
    out = {}
    for row in json.loads(ran.stdout)["results"][0]["effects"]:
        key = "overall" if row["estimand"] == "overall" else f"event:{row['event_time']}" if row["estimand"] == "event" else None
        if key and row["estimate"] is not None:
            out[key] = (row["estimate"], row["std_error"])
    return out

def main():
    program, chosen = sys.argv[1], sys.argv[2:]
    listed = {e["id"] for e in json.loads(subprocess.run([program, "list", "estimators", "--json"], capture_output=True, text=True).stdout)["estimators"]}
    failed = False
    for name, (peer, weighted, inference, both) in PEERS.items():
        if name.split("+")[0] not in listed or (chosen and name not in chosen):
            print(f"{name:<12} " + ("not asked for" if name.split("+")[0] in listed else "the program does not have it"))
            continue
        worst, compared, only = {"estimate": (0.0, ""), "std_error": (0.0, "")}, 0, []
        for seed in range(PANELS):
            d = panel(seed)
            sides = []
            for run in (lambda: ours(program, d, name, weighted, inference, seed % 3 == 0), lambda: peer(d)):
                try:
                    sides.append(run())
                except Exception as e:  # either side may refuse; which one is told
                    sides.append(f"{type(e).__name__}: {e}")
            mine, theirs = sides
            if isinstance(mine, str) or isinstance(theirs, str):
                if isinstance(mine, str) != isinstance(theirs, str):
                    only.append(f"panel {seed}: didact {mine if isinstance(mine, str) else 'runs'}; pyfixest {theirs if isinstance(theirs, str) else 'runs'}")
                continue
            if both:
                mine, theirs = ({k: v for k, v in side.items() if k.startswith(both)} for side in sides)
            if both and set(mine) != set(theirs):
                only.append(f"panel {seed}: only didact {sorted(set(mine) - set(theirs))}, only pyfixest {sorted(set(theirs) - set(mine))}")
            spread = d.y.std()
            for key in set(mine) & set(theirs):
                compared += 1
                for i, what in enumerate(worst):
                    a, b = (x[i] if x[i] is not None and np.isfinite(x[i]) else 0.0 for x in (mine[key], theirs[key]))
                    small = 1e-6 * spread
                    gap = 0.0 if max(abs(a), abs(b)) < small else abs(a - b) / max(abs(b), small)
                    if gap > worst[what][0]:
                        worst[what] = (gap, f"panel {seed}, {key}: {a!r} and {b!r}")
        bad = any(w[0] > TOLERANCE for w in worst.values()) or bool(only) or compared == 0
        failed |= bad
        print(f"{name:<12} {compared} effects in {PANELS} panels; largest relative difference: estimate {worst['estimate'][0]:.1e}, standard error {worst['std_error'][0]:.1e}"
              + (f"   ABOVE {TOLERANCE:g} OR ONE-SIDED" if bad else ""))
        for w in worst.values():
            if w[0] > TOLERANCE:
                print("    " + w[1])
        for line in only:
            print("    " + line)
    sys.exit(failed)

if __name__ == "__main__":
    main()
