def sample(outcome, covariates=(), also=()):
    """The rows that an analysis can use: those that have everything it needs, under names of their own.

    y the outcome, unit, period, cohort (the first treated period; missing: never), w the weight, x1, x2 … the covariates.
    """
    raw = DATA
    for column, value in WHERE:
        raw = raw[raw[column].astype(str) == value]
    d = pd.DataFrame({"y": pd.to_numeric(raw[outcome])})
    d["unit"] = raw[ROLES["unit"]] if "unit" in ROLES else np.arange(len(raw)).astype(str)
    d["w"] = pd.to_numeric(raw[ROLES["weights"]]) if "weights" in ROLES else 1.0
    d["period"] = pd.to_numeric(raw[ROLES["period"]]) if "period" in ROLES else pd.to_numeric(raw[ROLES["post"]])
    needed = ["y", "unit", "w", "period"]
    if "cohort" in ROLES:
        d["cohort"] = pd.to_numeric(raw[ROLES["cohort"]], errors="coerce").replace([0, np.inf], np.nan)
    elif "arm" in ROLES:
        d["arm"] = pd.to_numeric(raw[ROLES["arm"]])
        post = pd.to_numeric(raw[ROLES["post"]]) if "post" in ROLES else (d.period == d.period.max()).astype(int)
        d["cohort"] = np.where(d.arm == 1, d.period[post == 1].min(), np.nan)
        needed += ["arm"]
    else:
        d["on"] = pd.to_numeric(raw[ROLES["treatment"]])
        d["cohort"] = d.unit.map(d[d.on == 1].groupby("unit").period.min())
        needed += ["on"]
    for role in ("cluster", "second_cluster"):
        if role in ROLES:
            d[role] = raw[ROLES[role]]
            needed += [role]
    for column in also:
        d["_" + column] = raw[column]
        needed += ["_" + column]
    names = []
    for term in covariates:
        column = term[7:-1].strip() if term.startswith("factor(") else term
        values, categories = raw[column], term.startswith("factor(") or not pd.api.types.is_numeric_dtype(raw[column])
        parts = pd.get_dummies(values, drop_first=True, dtype=float).where(values.notna()) if categories else values.to_frame()
        for part in parts:
            names.append(f"x{len(names) + 1}")
            d[names[-1]] = pd.to_numeric(parts[part])
    d = d.dropna(subset=needed + names)
    d = d[d.w != 0]
    if DUPLICATES == "mean" and "unit" in ROLES:
        numbers = {c: "mean" if pd.api.types.is_numeric_dtype(d[c]) else "first" for c in d if c not in ("unit", "period")}
        d = d.groupby(["unit", "period"], as_index=False).agg(numbers)
    # A start after the last period is not seen: those units count as never treated.
    d["cohort"] = d.cohort.where(d.cohort <= d.period.max())
    d["treated"] = (d.period >= d.cohort).astype(float)
    d.attrs["x"] = names
    return d.reset_index(drop=True)


class NoPeer(Exception):
    """Why an estimate cannot be refitted here."""


def effect(kind, group=None, period=None, event=None):
    """The name of an effect in results.json."""
    whole = lambda v: None if v is None else int(v)
    return (kind, whole(group), whole(period), whole(event))


def mean(values, weights):
    return float(np.average(values, weights=weights))


def only_start(d):
    starts = d.cohort.dropna().unique()
    if len(starts) != 1:
        raise NoPeer("there are several starts")
    return starts[0]
