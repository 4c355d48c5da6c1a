def event_study(d, reference=-1, window=None, binned=True):
    """A coefficient for each number of periods since the start, against the period before it."""
    x = d.attrs["x"]
    d = d[~(d.cohort <= d.period.min())]
    d = d.assign(group=level(d), time=d.period - d.cohort)
    if d.cohort.notna().all():
        raise NoPeer("nobody is never treated, and which second time is set to zero is a choice")
    if window:
        inside = d.time.isna() | d.time.between(*window)
        d = d.assign(time=d.time.clip(*window)) if binned else d[inside]
    shown = [int(e) for e in sorted(d.time.dropna().unique()) if e != reference]
    columns = {f"t{i}": (d.time == e).astype(float) for i, e in enumerate(shown)}
    d = pd.concat([d, pd.DataFrame(columns, index=d.index)], axis=1)
    fit = least_squares(f"y ~ {' + '.join([*columns, *x])} | group + period", d).coef()
    out = {effect("event", event=e): fit[f"t{i}"] for i, e in enumerate(shown)}
    out[effect("overall-dynamic")] = float(np.mean([v for (_, _, _, e), v in out.items() if e >= 0]))
    return out
