"""callaway-santanna by csdid, and did by drdid, the package beneath it: both are ports of R's did and DRDID."""

import contextlib
import io
import warnings

import numpy as np

from compare import Case
from panels import staggered, without_always

warnings.simplefilter("ignore")
from logit import tight

tight()
from csdid.att_gt import ATTgt

ALL = ("overall", "overall-dynamic", "overall-group", "overall-calendar", "event", "group", "calendar", "group-time")


def number(x):
    return None if x is None or not np.isfinite(x) else float(x)


def callaway_santanna(panel, control="notyettreated", method="dr", base="varying", x=None, unit=True, drop=False, anticipation=0):
    d = panel.rows.assign(g=panel.rows.cohort.fillna(0))
    # 0 means never there, so periods are moved to start at 1.
    move = 1 - int(d.period.min())
    d["t"], d["g"] = d.period + move, np.where(d.cohort.isna(), 0, np.maximum(d.g + move, 1))
    quiet = contextlib.redirect_stdout(io.StringIO())
    with quiet:
        fit = ATTgt(
            yname="y",
            tname="t",
            idname="unit" if unit else None,
            gname="g",
            data=d,
            control_group=control,
            xformla=f"y ~ {x}" if x else None,
            panel=unit,
            allow_unbalanced_panel=unit and not drop,
            clustervar="cluster",
            anticipation=anticipation,
            weights_name="w" if panel.weighted else None,
        ).fit(est_method=method, base_period=base, bstrap=False)
        r = fit.results
        back = lambda v: int(v) - move
        out = {f"group-time:{back(g)}:{back(t)}": (a, s) for g, t, a, s in zip(r["group"], r["year"], r["att"], r["se"])}
        for kind, label in (("simple", None), ("dynamic", "event"), ("group", "group"), ("calendar", "calendar")):
            a = fit.aggte(typec=kind, bstrap=False, cband=False, na_rm=True).atte
            out["overall" if kind == "simple" else f"overall-{kind}"] = (a["overall_att"], a["overall_se"])
            if label:
                name = (lambda e: int(e)) if label == "event" else back
                out |= {f"{label}:{name(e)}": (b, s) for e, b, s in zip(a["egt"], a["att_egt"], np.ravel(a["se_egt"]))}
    # A cohort that nobody of is seen at its base has no cells; csdid still writes down the base itself, as 0.
    seen = set(zip(panel.rows.cohort, panel.rows.period))
    out = {
        k: v for k, v in out.items() if not (k.startswith("group-time") and v[0] == 0 and tuple(map(float, k.split(":")[1:])) not in seen)
    }
    return {k: (number(a), number(s)) for k, (a, s) in out.items() if number(a) is not None}


def one_cluster_left(panel):
    """Without incomplete units a single treated cluster may be left."""
    d = without_always(panel.rows)
    d = d[d.groupby("unit").period.transform("size") == panel.rows.period.nunique()]
    return "PANEL-010" if d[d.cohort.notna()].cluster.nunique() == 1 else None


def whole(seed):
    return staggered(seed, complete=True)


CASES = {
    "callaway-santanna": [
        Case("callaway-santanna", callaway_santanna, staggered, ALL, weights="w"),
        Case(
            "callaway-santanna:control=never,base=universal",
            lambda p: callaway_santanna(p, "nevertreated", base="universal"),
            staggered,
            ALL,
            weights="w",
        ),
        Case(
            "callaway-santanna:unbalanced=drop",
            lambda p: callaway_santanna(p, drop=True),
            staggered,
            ALL,
            weights="w",
            expected=one_cluster_left,
        ),
        Case("callaway-santanna", lambda p: callaway_santanna(p, unit=False), staggered, ALL, weights="w", unit=False),
        *(
            Case(
                f"callaway-santanna:method={m},control={c}",
                lambda p, m=m, k=k: callaway_santanna(p, k, m.replace("regression", "reg"), x="z"),
                whole,
                ALL,
                flags="--cluster cluster --covariates z",
                weights="w",
            )
            for m in ("dr", "ipw", "regression")
            for c, k in (("not-yet", "notyettreated"), ("never", "nevertreated"))
        ),
        *(
            Case(
                f"callaway-santanna:method={m}",
                lambda p, m=m: callaway_santanna(p, method=m.split(",")[0].replace("regression", "reg"), x="z", unit=False),
                whole,
                ALL,
                flags="--cluster cluster --covariates z",
                weights="w",
                unit=False,
            )
            for m in ("dr,influence=exact", "ipw", "regression")
        ),
        Case("callaway-santanna:anticipation=1", lambda p: callaway_santanna(p, anticipation=1), staggered, ALL, weights="w"),
    ],
}
