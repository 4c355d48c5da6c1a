"""Numbers of `didact plan` by the formulas of PowerUp! (Dong and Maynard 2013), written out with scipy's distributions,
and of the noncentral t by integration with 40 digits (mpmath).

Run in this folder: python3 make_plan.py > plan.json   (scipy 1.17.1, numpy 2.4.6, mpmath 1.4.1; about 7 minutes)
"""
import itertools, json
import numpy as np
from scipy import stats


def answer(se2, df, effect, power, level):
    a, se = 1 - level, se2**0.5
    c = stats.t.ppf(1 - a / 2, df)
    lam = effect / se
    return {"std_error": se, "df": df, "detectable": (c + stats.t.ppf(power, df)) * se,
            # scipy gives NaN for the far tail of the wrong sign where it is below 1e-300.
            "power": float(stats.nct.sf(c, df, lam) + np.nan_to_num(stats.nct.cdf(-c, df, lam)))}


def cases():
    effects = itertools.cycle([(0.1, 0.8, 0.95), (0.25, 0.9, 0.95), (0.2, 0.8, 0.9), (0.4, 0.7, 0.99)])
    for p, n, r1, g in [(0.5, 300, 0, 0), (0.3, 1200, 0.6, 1), (0.5, 60, 0.45, 3), (0.2, 5000, 0.9, 2)]:
        e, pw, lv = next(effects)
        flags = f"--assign student --students {n} --treated-share {p} --r2-student {r1} --covariates-at-top {g}"
        yield flags, answer((1 - r1) / (p * (1 - p) * n), n - g - 2, e, pw, lv), e, pw, lv
    for p, J, n, rho, r1, r2, g in [(0.5, 40, 20, 0.2, 0, 0, 0), (0.5, 40, 20, 0.2, 0.6, 0.7, 1), (0.4, 25, 60, 0.1, 0.3, 0.5, 2), (0.5, 200, 8, 0.3, 0, 0.2, 1)]:
        for who in ("school", "classroom"):
            e, pw, lv = next(effects)
            v = rho * (1 - r2) / (p * (1 - p) * J) + (1 - rho) * (1 - r1) / (p * (1 - p) * J * n)
            short = "school" if who == "school" else "class"
            flags = (f"--assign {who} --{who}s {J} --students {n} --treated-share {p} --icc-{short} {rho} --r2-{short} {r2} "
                     f"--r2-student {r1} --covariates-at-top {g}")
            yield flags, answer(v, J - g - 2, e, pw, lv), e, pw, lv
    for p, K, J, n, r3, r2, R1, R2, R3, g in [(0.5, 60, 3, 15, 0.06, 0.17, 0, 0, 0, 0), (0.5, 42, 4, 20, 0.22, 0.08, 0.6, 0.09, 0.8, 1),
                                             (0.35, 20, 2, 25, 0.1, 0.1, 0.5, 0.3, 0.4, 2), (0.5, 12, 6, 10, 0.15, 0.05, 0, 0.5, 0.9, 3)]:
        e, pw, lv = next(effects)
        q = p * (1 - p)
        v = r3 * (1 - R3) / (q * K) + r2 * (1 - R2) / (q * J * K) + (1 - r2 - r3) * (1 - R1) / (q * J * K * n)
        flags = (f"--assign school --schools {K} --classrooms {J} --students {n} --treated-share {p} --icc-school {r3} --icc-class {r2} "
                 f"--r2-school {R3} --r2-class {R2} --r2-student {R1} --covariates-at-top {g}")
        yield flags, answer(v, K - g - 2, e, pw, lv), e, pw, lv
    for p, K, J, n, r3, r2, om, R1, R2, RT, g in [(0.5, 12, 4, 20, 0.2, 0.1, 0.5, 0, 0, 0, 0), (0.5, 30, 2, 25, 0.22, 0.08, 0.1, 0.6, 0.3, 0.4, 1),
                                                 (0.25, 8, 8, 18, 0.15, 0.12, 0.8, 0.5, 0.2, 0.6, 2)]:
        e, pw, lv = next(effects)
        q = p * (1 - p)
        below = r2 * (1 - R2) / (q * J * K) + (1 - r2 - r3) * (1 - R1) / (q * J * K * n)
        flags = (f"--assign classroom --schools {K} --classrooms {J} --students {n} --treated-share {p} --icc-school {r3} --icc-class {r2} "
                 f"--omega {om} --r2-effect {RT} --r2-class {R2} --r2-student {R1} --covariates-at-top {g}")
        yield flags, answer(r3 * om * (1 - RT) / K + below, K - g - 1, e, pw, lv), e, pw, lv
    for p, K, J, n, r2, R1, R2, g in [(0.5, 6, 4, 20, 0.1, 0, 0, 0), (0.5, 10, 6, 22, 0.15, 0.6, 0.3, 1), (0.4, 3, 10, 15, 0.2, 0.5, 0.5, 3)]:
        e, pw, lv = next(effects)
        q = p * (1 - p)
        v = r2 * (1 - R2) / (q * J * K) + (1 - r2) * (1 - R1) / (q * J * K * n)
        flags = (f"--assign classroom --fixed-schools --schools {K} --classrooms {J} --students {n} --treated-share {p} --icc-class {r2} "
                 f"--r2-class {R2} --r2-student {R1} --covariates-at-top {g}")
        yield flags, answer(v, K * (J - 2) - g, e, pw, lv), e, pw, lv


def changes():
    """Gains and differences-in-differences: the same rows on gains, times the SD of gains."""
    for K, J, n, r3, r2, r, a, b in [(20, 3, 20, 0.035, 0.18, 0.77, 1, 1), (42, 4, 20, 0.035, 0.18, 0.77, 3, 2), (30, 2, 25, 0.1, 0.05, 0.6, 4, 1)]:
        sd2 = (1 - r) * (1 / a + 1 / b)
        v = sd2 * (r3 / (0.25 * K) + r2 / (0.25 * J * K) + (1 - r2 - r3) / (0.25 * J * K * n))
        flags = (f"--assign school --schools {K} --classrooms {J} --students {n} --icc-school {r3} --icc-class {r2} --correlation {r} "
                 f"--analysis did --periods-before {a} --periods-after {b}")
        yield flags, answer(v, K - 2, 0.1, 0.8, 0.95), 0.1, 0.8, 0.95


def pretrends():
    """Hotelling's T² of T − 1 contrasts, by matrices; scipy's noncentral F."""
    for K, J, n, r3, r2, r, T, phi, s in [(42, 4, 20, 0.035, 0.18, 0.77, 3, 0.0, 0.05), (42, 4, 20, 0.035, 0.18, 0.77, 5, 0.3, 0.05), (20, 3, 25, 0.1, 0.1, 0.7, 4, 0.6, 0.1)]:
        q = T - 1
        shock = (1 - r) / (0.25 * K)
        t = np.arange(T)
        A = phi ** np.abs(t[:, None] - t[None, :])
        omega = shock * ((r3 + (1 - r3 - r2) / (J * n)) * np.eye(T) + r2 / (J * (1 - phi)) * A)
        L = np.hstack([np.eye(q), -np.ones((q, 1))])
        delta = L @ (s * t)
        lam = float(delta @ np.linalg.solve(L @ omega @ L.T, delta))
        df2 = K - 2 - q + 1
        flags = (f"--assign school --schools {K} --classrooms {J} --students {n} --icc-school {r3} --icc-class {r2} --correlation {r} "
                 f"--analysis did --periods-before {T} --carry-over {phi} --pretrend --drift {s}")
        power = float(stats.ncf.sf(stats.f.ppf(0.95, q, df2), q, df2, lam))
        yield {"flags": flags, "df1": q, "df2": df2, "noncentrality": lam, "power": power}


def noncentral_t():
    import mpmath as mp
    mp.mp.dps = 40

    def cdf(t, df, d):
        t, df, d = mp.mpf(t), mp.mpf(df), mp.mpf(d)
        constant = mp.log(2) + df / 2 * mp.log(df / 2) - mp.loggamma(df / 2)
        f = lambda s: mp.exp(constant + (df - 1) * mp.log(s) - df * s * s / 2) * mp.ncdf(t * s - d) if s > 0 else mp.mpf(0)
        sd = 1 / mp.sqrt(2 * df)
        low, high = max(mp.mpf(0), 1 - 14 * sd), 1 + 18 * sd
        points = [low + (high - low) * i / 24 for i in range(25)]
        if t != 0:
            points += [x for x in (d / t + k / abs(t) for k in range(-14, 15, 2)) if low < x < high]
        return mp.quad(f, sorted(set(points)))

    for df in [1, 2, 3, 5, 10, 18, 38, 100, 1000, 100000, 10**7]:
        for d in [-5, 0, 0.3, 1, 2, 2.8, 4, 10, 40, 200]:
            for t in [-2, 0, 0.5, 1.7, 2.1, 2.9, 5, 12.7, 38, 195, 210]:
                yield [t, df, d, float(cdf(t, df, d))]


rows = [{"flags": f"{flags} --effect {e} --power {pw} --level {lv}" + ("" if "--analysis" in flags else " --analysis ancova"), **a}
        for flags, a, e, pw, lv in itertools.chain(cases(), changes())]
parts = {"designs": rows, "pretrends": list(pretrends()), "noncentral_t": list(noncentral_t())}
print("{" + ",".join(f'"{name}":[\n' + ",\n".join(json.dumps(r) for r in part) + "\n]" for name, part in parts.items()) + "}")
