def saturated(d, reference=True):
    """An effect for each cohort and period in one regression, weighted by rows. With `reference`, all periods but the last before
    the start (Sun and Abraham); else the treated ones only (Wooldridge)."""
    x = d.attrs["x"]
    d = d[~(d.cohort <= d.period.min())]
    d = d.assign(group=level(d))
    if d.cohort.notna().all() and reference:
        raise NoPeer("nobody is never treated")
    if x and not reference:
        raise NoPeer("there are covariates")
    cells = []
    for g, own in d[d.cohort.notna()].groupby("cohort"):
        base = own.period[own.period < g].max()
        cells += [(g, t) for t in sorted(own.period.unique()) if (t != base if reference else t >= g)]
    here = {k: (d.cohort == k[0]) & (d.period == k[1]) for k in cells}
    columns = {f"c{i}": here[k].astype(float) for i, k in enumerate(cells)}
    d = pd.concat([d, pd.DataFrame(columns, index=d.index)], axis=1)
    fit = least_squares(f"y ~ {' + '.join([*columns, *x])} | group + period", d).coef()
    found = {k: fit[f"c{i}"] for i, k in enumerate(cells)}
    rows = {k: d.w[here[k]].sum() for k in cells}
    average = lambda keys: mean([found[k] for k in keys], [rows[k] for k in keys])
    out = {effect("group-time", group=g, period=t): v for (g, t), v in found.items()}
    out[effect("overall")] = average([(g, t) for g, t in cells if t >= g])
    for e in sorted({t - g for g, t in cells}):
        out[effect("event", event=e)] = average([k for k in cells if k[1] - k[0] == e])
    return out
