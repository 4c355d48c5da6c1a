"""triple-difference: pyfixest with all interactions, drdid's three comparisons with covariates, and diff-diff's TripleDifference."""

import warnings

import numpy as np
import pandas as pd

from compare import Case
from least_squares import feols, weights_of
from logit import tight
from panels import collapsed, lone, one_start, several_starts, treated
from program import Refused

warnings.simplefilter("ignore")
tight()
import diff_diff
from two_groups import PANEL, design, separated


def means(panel):
    """All interactions of arm, period and subgroup: what units and periods do not take up."""
    d = panel.rows.assign(D=treated(panel.rows))
    d["D1"], d["D0"] = d.D * d.s, d.D * (1 - d.s)
    later = sorted(d.period.unique())[1:]
    for i, t in enumerate(later):
        d[f"p{i}"] = (d.period == t) * d.s
    more = " + ".join(f"p{i}" for i in range(len(later)))
    if d[d.D == 1].s.nunique() < 2:
        raise Refused("one subgroup has nobody treated")
    third = feols(f"y ~ D + D1 + {more} | unit + period", d, weights_of(panel, "v"))
    each = feols(f"y ~ D0 + D1 + {more} | unit + period", d, weights_of(panel, "v"))
    out = {"overall": (third.coef()["D1"], third.se()["D1"])}
    return out | {f"coefficient:effect where s = {k}": (each.coef()[f"D{k}"], each.se()[f"D{k}"]) for k in (0, 1)}


def adjusted(panel, method):
    """The treated of the subgroup against each of the three other groups (Ortiz-Villavicencio and Sant'Anna 2025, eq. 4.7)."""
    d = collapsed(panel.rows)

    def one(own, other):
        pair = d[((d.arm == own[0]) & (d.s == own[1])) | ((d.arm == other[0]) & (d.s == other[1]))]
        is_own = ((pair.arm == own[0]) & (pair.s == own[1])).to_numpy() * 1.0
        x, w = design(pair, panel, ("z",))
        if method != "regression" and separated(x, is_own):
            return None
        try:
            att, psi = PANEL[method](pair.after.to_numpy(), pair.before.to_numpy(), is_own, x, w)
        except ValueError:  # fewer comparison units than covariates
            return None
        return att, (pd.Series(psi, pair.index) / len(pair)).groupby(pair.cluster).sum()

    def add(*parts):
        if any(part is None for part, _ in parts):
            return None
        sums = pd.concat([sign * psi for (_, psi), sign in parts]).groupby(level=0).sum().to_numpy()
        return sum(sign * att for (att, _), sign in parts), float(np.sqrt(sums @ sums))

    across, same, within = (one((1, 1), other) for other in ((0, 0), (0, 1), (1, 0)))
    out = {
        "overall": add((within, 1), (same, 1), (across, -1)),
        "coefficient:effect where s = 0": add((one((1, 0), (0, 0)), 1)),
        "coefficient:effect where s = 1": add((same, 1)),
    }
    return {k: v for k, v in out.items() if v}


def by_diff_diff(panel):
    d = collapsed(panel.rows)
    both = pd.concat([d.assign(y=d.before, post=0), d.assign(y=d.after, post=1)])
    fit = diff_diff.TripleDifference(estimation_method="reg").fit(both, outcome="y", group="arm", partition="s", time="post")
    return {"overall": (fit.att, None)}


def refused(panel):
    """Several starts; one treated unit lies in one subgroup only."""
    return "EST-004" if several_starts(panel) else "PANEL-010" if lone(panel) else None


FLAGS = "--cluster cluster --subgroup s"
BOTH = ("overall", "coefficient")
CASES = {
    "triple-difference": [
        Case("triple-difference", means, one_start, BOTH, "cluster:cr1", FLAGS, weights="v", expected=refused),
        *(
            Case(
                f"triple-difference:method={m}",
                lambda p, m=m: adjusted(p, m),
                one_start,
                BOTH,
                flags=FLAGS + " --covariates z",
                weights="w",
                expected=refused,
            )
            for m in PANEL
        ),
        Case("triple-difference:method=regression", by_diff_diff, one_start, ("overall",), flags=FLAGS, expected=refused),
    ]
}
