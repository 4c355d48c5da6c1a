def ancova(d):
    """The outcome after on the arm and the outcome before (and covariates)."""
    formula = " + ".join(["after ~ arm", "before", *d.attrs["x"]])
    return {effect("overall"): least_squares(formula, collapsed(d)).coef()["arm"]}
