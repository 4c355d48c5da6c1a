"""did: pyfixest for the means, drdid (a port of R's DRDID) for the rest, and the improved estimator from the paper's equations."""

import warnings

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from compare import Case
from least_squares import feols, weights_of
from logit import tight
from panels import collapsed, lone, one_start, several_starts, two_periods

warnings.simplefilter("ignore")
tight()
from drdid.drdid import drdid_panel, drdid_rc
from drdid.ipwd_did import std_ipw_did_panel, std_ipw_did_rc
from drdid.reg_did import reg_did_panel, reg_did_rc

PANEL = {"regression": reg_did_panel, "ipw": std_ipw_did_panel, "dr": drdid_panel}
CROSS = {"regression": reg_did_rc, "ipw": std_ipw_did_rc, "dr": drdid_rc}


def of(estimate, psi, clusters, panel):
    """The standard error from the sums of the influence by cluster; none where a single unit is treated."""
    sums = pd.Series(np.asarray(psi)).groupby(np.asarray(clusters)).sum().to_numpy()
    return {"overall": (float(estimate), None if lone(panel) else float(np.sqrt(sums @ sums)) / len(psi))}


def design(d, panel, names=("z", "x")):
    weights = d.w.to_numpy() if panel.weighted else np.ones(len(d))
    return np.column_stack([np.ones(len(d)), *(d[n] for n in names)]), weights / weights.mean()


def separated(x, arm):
    """Whether some combination of covariates parts treated from comparison rows, so that no odds of treatment exist."""
    sign = np.where(np.asarray(arm) == 1, -1.0, 1.0)
    u = x / np.abs(x).max(0) * sign[:, None]
    return linprog(u.sum(0), A_ub=u, b_ub=np.zeros(len(u)), bounds=(-1, 1)).fun < -1e-9


def means(panel):
    d = collapsed(panel.rows)
    both = pd.concat([d.assign(y=d.before, after=0, D=0.0), d.assign(y=d.after, after=1, D=d.arm)])
    fit = feols("y ~ D | unit + after", both, weights_of(panel, "w"))
    return {"overall": (fit.coef()["D"], None if lone(panel) else fit.se()["D"])}


def means_cross_sections(panel):
    d = panel.rows
    d = d.assign(arm=d.cohort.notna() * 1.0, after=(d.period >= d.cohort.min()) * 1.0)
    fit = feols("y ~ arm * after", d, weights_of(panel, "w"))
    return {"overall": (fit.coef()["arm:after"], None if lone(panel) else fit.se()["arm:after"])}


def changes(panel, method):
    d = collapsed(panel.rows)
    x, w = design(d, panel)
    if method != "regression" and separated(x, d.arm):
        return {}
    att, psi = PANEL[method](d.after.to_numpy(), d.before.to_numpy(), d.arm.to_numpy(), x, w)
    return of(att, psi, d.cluster, panel)


def cross_sections(panel, method):
    d = panel.rows
    x, w = design(d, panel)
    post, arm = (d.period >= d.cohort.min()).to_numpy() * 1.0, d.cohort.notna().to_numpy() * 1.0
    if method != "regression" and separated(x, arm):
        return {}
    try:
        att, psi = CROSS[method](d.y.to_numpy(), post, arm, x, w)
    except ValueError:  # fewer rows of some kind than covariates
        return {}
    return of(att, psi, d.cluster, panel)


def tilting(u, w, arm):
    """The convex problem whose optimum balances the covariates: sum of odds less what the treated have (Newton, halved steps)."""
    loss = lambda g: np.sum(w * (1 - arm) * np.exp(np.minimum(u @ g, 500))) - (w * arm) @ u @ g
    g = np.zeros(u.shape[1])
    g[0] = np.log((w @ arm) / (w @ (1 - arm)))
    for _ in range(200):
        odds = w * (1 - arm) * np.exp(u @ g)
        slope = u.T @ (odds - w * arm)
        if not np.isfinite(odds).all() or np.abs(g).max() > 1e3:
            return None
        step = np.linalg.lstsq((u * odds[:, None]).T @ u, -slope, rcond=1e-15)[0]
        if np.abs(slope).max() < 1e-9 * w.sum():
            return g + step  # near the optimum the loss is flat to rounding, and a whole step is right
        for half in range(40):
            if loss(g + step / 2**half) <= loss(g):
                break
        g = g + step / 2**half
    return None


def improved(panel):
    """Sant'Anna and Zhao (2020), section 3: odds by inverse probability tilting, a regression weighted by them; no part of
    the influence comes from either."""
    d = collapsed(panel.rows)
    x, w = design(d, panel)
    arm, y = d.arm.to_numpy(), d.change.to_numpy()
    u = x / np.abs(x).max(0)
    g = tilting(u, w, arm)
    if g is None:
        return {}
    odds = w * (1 - arm) * np.exp(u @ g)
    # Comparison rows with a probability of 0.995 and more are left out, of the regression too.
    odds = np.where(np.exp(u @ g) < 0.995 / 0.005, odds, 0.0)
    beta = np.linalg.solve((u * odds[:, None]).T @ u, u.T @ (odds * y))
    left, own = y - u @ beta, w * arm
    eta, other = own @ left / own.sum(), odds @ left / odds.sum()
    psi = own * (left - eta) / own.mean() - odds * (left - other) / odds.mean()
    return of(eta - other, psi, d.cluster, panel)


def refused(panel):
    return "EST-004" if several_starts(panel) else None


def inference(method):
    return lambda panel: "few-treated" if lone(panel) else method


COVARIATES = "--cluster cluster --covariates z,x"
SHARED = dict(kinds=("overall",), weights="w", expected=refused)
CASES = {
    "did": [
        Case("did", means, one_start, inference_of=inference("cluster:cr1"), **SHARED),
        Case("did", means_cross_sections, two_periods, unit=False, inference_of=inference("cluster:cr1"), **SHARED),
        *(
            Case(
                f"did:method={m}",
                lambda p, m=m: changes(p, m),
                one_start,
                flags=COVARIATES,
                inference_of=inference("cluster:cr0"),
                **SHARED,
            )
            for m in PANEL
        ),
        Case("did:method=dr,improved=true", improved, one_start, flags=COVARIATES, inference_of=inference("cluster:cr0"), **SHARED),
        *(
            Case(
                f"did:method={m}",
                lambda p, m=m: cross_sections(p, m.split(",")[0]),
                two_periods,
                unit=False,
                flags=COVARIATES,
                inference_of=inference("cluster:cr0"),
                **SHARED,
            )
            for m in ("regression", "ipw", "dr,influence=exact")
        ),
    ]
}
