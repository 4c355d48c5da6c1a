def twfe(d, absorbed=None):
    """One coefficient of being treated, with a level for each unit and each period."""
    terms = " + ".join(["treated", *d.attrs["x"]])
    fit = least_squares(f"y ~ {terms} | {absorbed or 'group + period'}", d.assign(group=level(d)))
    return {effect("overall"): fit.coef()["treated"]}
