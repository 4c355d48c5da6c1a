def callaway_santanna(d, control="not-yet", base="varying", anticipation=0, unbalanced="cross-sections", events=True):
    """Each cohort's change since its last untreated period, less that of units not treated by then; weighted by cohort size."""
    if d.attrs["x"]:
        raise NoPeer("there are covariates; the R script compares with did")
    periods = sorted(d.period.unique())
    d = d[~(d.cohort <= periods[0] + anticipation)]
    if "unit" in ROLES and unbalanced == "drop":
        d = d[d.groupby("unit").period.transform("size") == len(periods)]
    if control == "never" and d.cohort.notna().all():
        raise NoPeer("nobody is never treated")
    cells = {}
    for g in sorted(d.cohort.dropna().unique()):
        before = [t for t in periods if t < g - anticipation]
        for t in periods[1:] if base == "varying" else periods:
            early = t < g - anticipation
            b = periods[periods.index(t) - 1] if early and base == "varying" else before[-1]
            if t == b:
                cells[g, t] = 0.0
                continue
            untreated = d.cohort.isna()
            if control == "not-yet":
                untreated = untreated | ((d.cohort > max(t, b) + anticipation) & (d.cohort != g))
            change = []
            for side in (d[d.cohort == g], d[untreated]):
                now, then = side[side.period == t], side[side.period == b]
                if "unit" in ROLES and unbalanced == "pairs":
                    both = set(now.unit) & set(then.unit)
                    now, then = now[now.unit.isin(both)], then[then.unit.isin(both)]
                change.append(mean(now.y, now.w) - mean(then.y, then.w) if len(now) and len(then) else np.nan)
            cells[g, t] = change[0] - change[1]
    cells = {k: v for k, v in cells.items() if not np.isnan(v)}
    # A cohort's size: its units (where units are not followed, its rows).
    size = (d.sort_values("period").drop_duplicates("unit") if "unit" in ROLES else d).groupby("cohort").w.sum()
    average = lambda keys: mean([cells[k] for k in keys], [size[g] for g, _ in keys])
    late = [(g, t) for g, t in cells if t >= g]
    out = {effect("group-time", group=g, period=t): v for (g, t), v in cells.items()}
    out[effect("overall")] = average(late)
    if events:
        times = sorted({t - g for g, t in cells})
        by_time = {e: average([(g, t) for g, t in cells if t - g == e]) for e in times}
        out |= {effect("event", event=e): v for e, v in by_time.items()}
        out[effect("overall-dynamic")] = float(np.mean([v for e, v in by_time.items() if e >= 0]))
    return out
