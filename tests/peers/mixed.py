"""mixed-model: statsmodels' MixedLM, which stops where its optimizer does, and REML by dense matrices, also with weights.

statsmodels' standard errors use another information matrix (0.8 % off lme4's), so standard errors are those of the dense fit.
"""

import warnings

import numpy as np
import pandas as pd

from compare import Case
from panels import staggered, treated
from program import Unable

warnings.simplefilter("ignore")
import statsmodels.formula.api as smf


def design(panel):
    """Cohorts, periods and treatment; columns that others explain are dropped from the end, treatment last."""
    d = panel.rows.assign(D=treated(panel.rows), g=panel.rows.cohort.fillna(9999))
    columns = {"(Intercept)": np.ones(len(d))}
    columns |= {f"cohort {int(g)}": (d.g == g).to_numpy() * 1.0 for g in sorted(set(d.g) - {9999})}
    columns |= {f"period {t}": (d.period == t).to_numpy() * 1.0 for t in sorted(d.period.unique())[1:]}
    columns["ATT"] = d.D.to_numpy()
    return d, pd.DataFrame(columns)


class Likelihood:
    """V = sum of phi ZZ' (for the residual Z = W^(-1/2)), and what REML's slope and curvature are made of."""

    def __init__(self, parts, phi, x, y):
        v = sum(f * z @ z.T for f, z in zip(phi.values(), parts.values()))
        inverse = np.linalg.inv(v)
        vx = inverse @ x
        self.cov = np.linalg.inv(x.T @ vx)
        p = inverse - vx @ self.cov @ vx.T
        self.beta = self.cov @ vx.T @ y
        self.zp = {n: z.T @ p for n, z in parts.items()}
        self.slope = {n: np.sum(self.zp[n] * z.T) - np.sum((self.zp[n] @ y) ** 2) for n, z in parts.items()}
        self.parts, self.y = parts, y

    def curvature(self, free):
        """The Hessian of the deviance where it has a minimum, else its expectation."""
        trace, form = np.zeros((len(free), len(free))), np.zeros((len(free), len(free)))
        for i, a in enumerate(free):
            for j, b in enumerate(free[: i + 1]):
                zpz = self.zp[a] @ self.parts[b]
                trace[i, j] = trace[j, i] = np.sum(zpz**2)
                form[i, j] = form[j, i] = (self.zp[a] @ self.y) @ zpz @ (self.zp[b] @ self.y)
        hessian = 2 * form - trace
        return hessian if np.all(np.linalg.eigvalsh(hessian) > 0) else trace


def reml(panel):
    """Newton's method on the REML deviance in the variances; one next to zero whose deviance rises with it is zero."""
    d, frame = design(panel)
    x, y = frame.to_numpy(), d.y.to_numpy()
    w = d.w.to_numpy() if panel.weighted else np.ones(len(d))
    levels = lambda k: (d[k].to_numpy()[:, None] == d[k].unique()[None, :]) * 1.0
    parts = {"cluster": levels("cluster"), "unit": levels("unit"), "residual": np.diag(w**-0.5)}
    phi = {n: np.var(y) / 3 * (np.average(w) if n == "residual" else 1) for n in parts}
    for _ in range(100):
        free = [n for n in parts if phi[n] > 0]
        now = Likelihood(parts, phi, x, y)
        step = np.linalg.solve(now.curvature(free), [now.slope[n] for n in free])
        # No further than nine tenths of the way to zero.
        far = max(s / phi[n] for s, n in zip(step, free))
        step = step * min(1.0, 0.9 / max(far, 0.9))
        small = max(abs(s / phi[n]) for s, n in zip(step, free)) < 1e-11
        for s, n in zip(step, free):
            phi[n] -= s
            if phi[n] < 1e-9 * np.var(y) and now.slope[n] > 0:
                phi[n], small = 0.0, False
        if small:
            break
    now = Likelihood(parts, phi, x, y)
    assert all(now.slope[n] > 0 for n in parts if phi[n] == 0), "at the boundary the deviance rises"
    out = {f"coefficient:{n}" if n != "ATT" else "overall": (b, s) for n, b, s in zip(frame.columns, now.beta, np.sqrt(np.diag(now.cov)))}
    return out | {f"variance:{n}": (v, None) for n, v in phi.items()}


def by_statsmodels(panel):
    d, _ = design(panel)
    sd = d.y.std()
    d = d.assign(y=(d.y - d.y.mean()) / sd)
    model = smf.mixedlm("y ~ C(g) + C(period) + D", d, groups="cluster", re_formula="1", vc_formula={"unit": "0 + C(unit)"})
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        fit = model.fit(reml=True, method=["lbfgs"], pgtol=1e-12, factr=1.0, maxiter=1000)
    if any("MLE" in str(w.message) or "Hessian" in str(w.message) or "onverge" in str(w.message) for w in said):
        raise Unable("statsmodels says that it did not get to the maximum")
    return {
        "overall": (fit.fe_params["D"] * sd, None),
        "variance:cluster": (fit.cov_re.iloc[0, 0] * sd**2, None),
        "variance:unit": (fit.vcomp[0] * sd**2, None),
        "variance:residual": (fit.scale * sd**2, None),
    }


CASES = {
    "mixed-model": [
        Case("mixed-model:shocks=none", reml, staggered, ("overall", "coefficient", "variance"), "model:satterthwaite", weights="w"),
        Case("mixed-model:shocks=none", by_statsmodels, staggered, ("overall",), "model:satterthwaite", tolerance=1e-5),
        Case("mixed-model:shocks=none", by_statsmodels, staggered, ("variance",), "model:satterthwaite", tolerance=5e-3),
    ]
}
