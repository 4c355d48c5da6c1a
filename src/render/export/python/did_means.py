def did_means(d):
    """The mean change of the treated less the mean change of the comparison units."""
    if "unit" not in ROLES:
        d = d.assign(arm=d.cohort.notna() * 1.0, after=(d.period >= only_start(d)) * 1.0)
        return {effect("overall"): least_squares("y ~ arm * after", d).coef()["arm:after"]}
    c = collapsed(d)
    change = [mean(c.change[c.arm == arm], c.w[c.arm == arm]) for arm in (1, 0)]
    return {effect("overall"): change[0] - change[1]}
