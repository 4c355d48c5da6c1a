def least_squares(formula, d):
    """pyfixest's least squares, no row left out, fixed effects taken off to 1e-13."""
    weighted = {"weights": "w"} if "weights" in ROLES else {}
    return pf.feols(formula, d, vcov="iid", fixef_rm="none", fixef_tol=1e-13, fixef_maxiter=200_000, **weighted)


def level(d):
    """What each has a level of its own: the unit, or where units are not followed, the cohort."""
    return d.unit if "unit" in ROLES else d.cohort.fillna(-1).astype(str)
