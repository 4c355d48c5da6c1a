def collapsed(d):
    """A row a unit seen in every period: its mean outcome before and after the one start; the rest from the last period before."""
    start = only_start(d)
    d = d[d.groupby("unit").period.transform("size") == d.period.nunique()].sort_values(["unit", "period"])
    late = d.period >= start
    out = d[~late].groupby("unit").last()
    out["before"], out["after"] = d[~late].groupby("unit").y.mean(), d[late].groupby("unit").y.mean()
    out["change"], out["arm"] = out.after - out.before, out.cohort.notna().astype(float)
    last = d.groupby("unit").last()
    for column in (c for c in d if c.startswith("_")):
        out[column] = last[column]
    return out.reset_index()
