def imputation(d, events=True):
    """What treated rows would have been is predicted from all untreated rows; the effect is the mean of what is left."""
    d = d.assign(group=level(d))
    while True:  # units never seen untreated, and periods in which nobody is untreated, say nothing
        free = d[d.treated == 0]
        kept = d[d.group.isin(free.group) & d.period.isin(free.period)]
        if len(kept) == len(d):
            break
        d = kept
    fit = least_squares(f"y ~ {' + '.join(d.attrs['x']) or '1'} | group + period", free)
    left = d.y - fit.predict(newdata=d, atol=1e-14, btol=1e-14)
    on = d.treated == 1
    out = {effect("overall"): mean(left[on], d.w[on])}
    if events:
        time = d.period - d.cohort
        for e in sorted(time[on].unique()):
            out[effect("event", event=e)] = mean(left[time == e], d.w[time == e])
    return out
