def did_regression(d):
    """The treated's change less the change that comparison units with the same covariates made (a regression among these)."""
    x = d.attrs["x"]
    if "unit" not in ROLES:
        raise NoPeer("units are not followed; the R script compares with DRDID")
    c = collapsed(d)
    design = np.column_stack([np.ones(len(c)), *(c[name] for name in x)])
    arm, root = c.arm.to_numpy() == 1, np.sqrt(c.w.to_numpy())
    beta = np.linalg.lstsq(design[~arm] * root[~arm, None], c.change[~arm] * root[~arm], rcond=None)[0]
    return {effect("overall"): mean((c.change - design @ beta)[arm], c.w[arm])}
