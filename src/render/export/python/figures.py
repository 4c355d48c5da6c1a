def draw(place):
    """A figure from the numbers it was drawn from."""
    d = pd.read_csv(place, na_values=["<suppressed>"])
    columns = set(d.columns)
    beside = d[d.panel == "sensitivity"] if "trends" in columns else None
    below = d[d.panel == "difference"] if {"panel", "mean"} <= columns else None
    if below is not None:
        figure, (axes, lower) = plt.subplots(2, figsize=(8, 6.5), sharex=True, height_ratios=[2, 1])
    elif beside is not None:
        figure, (axes, right) = plt.subplots(1, 2, figsize=(10, 4.5), sharey=True, width_ratios=[3, 2])
    else:
        figure, axes = plt.subplots(figsize=(8, 4.5))
    all_rows, d = d, d[~d.panel.isin(["sensitivity", "difference"])] if "panel" in columns else d
    numbers = lambda name, of=None: pd.to_numeric((d if of is None else of)[name], errors="coerce").replace([np.inf, -np.inf], np.nan)
    if beside is not None:
        places = np.arange(len(beside))
        right.vlines(places, numbers("conf_low", beside), numbers("conf_high", beside), linewidth=3)
        right.set_xticks(places, beside.trends.astype(str))
        right.axhline(0, linewidth=0.8, color="grey")
        right.set_xlabel("how far trends may have differed")
    if below is not None:
        lower.vlines(below.x, numbers("conf_low", below), numbers("conf_high", below))
        lower.plot(below.x, numbers("mean", below), "o")
        lower.axhline(0, linewidth=0.8, color="grey")
        lower.set_ylabel("difference")
    if {"event_time", "estimate"} <= columns:
        if {"conf_low", "conf_high"} <= columns:
            axes.vlines(d.event_time, numbers("conf_low"), numbers("conf_high"))
        axes.plot(d.event_time, d.estimate, "o")
        axes.axhline(0, linewidth=0.8, color="grey")
        axes.axvline(-0.5, linewidth=0.8, color="grey", linestyle="dotted")
        axes.set_xlabel("periods since the start")
        axes.set_ylabel("effect")
    elif {"series", "x", "mean"} <= columns:
        for name, own in d.groupby("series", sort=False):
            axes.plot(own.x, pd.to_numeric(own["mean"], errors="coerce"), "o-", label=str(name).replace("$", r"\$"))
        axes.legend()
    elif {"variable", "difference"} <= columns:
        for sample, own in d.groupby("sample", sort=False):
            axes.plot(pd.to_numeric(own.difference, errors="coerce"), [str(v).replace("$", r"\$") for v in own.variable], "o", label=sample)
        axes.axvline(0, linewidth=0.8, color="grey")
        axes.invert_yaxis()
        axes.legend()
    elif {"step", "count"} <= columns:
        rows = np.arange(len(d))[::-1]
        axes.barh(rows, numbers("count").fillna(0))
        axes.set_yticks(rows, [f"{group}: {step}".replace("$", r"\$") for group, step in zip(d.group, d.step)])
    elif {"term", "estimate", "conf_low", "conf_high"} <= columns:
        rows = np.arange(len(d))[::-1]
        axes.hlines(rows, numbers("conf_low"), numbers("conf_high"))
        axes.plot(d.estimate, rows, "o")
        axes.axvline(d.against.iloc[0] if "against" in columns else 0, linewidth=0.8, color="grey")
        axes.set_yticks(rows, [str(term).replace("$", r"\$") for term in d.term])
    else:
        plt.close(figure)
        print(f"{place.stem}: no drawing here for columns {', '.join(d.columns)}")
        display(all_rows)
        return
    axes.set_title(place.stem)
    figure.tight_layout()
    plt.show()


for place in sorted((RUN / "figures").glob("*.csv")):
    draw(place)
