def draw(place):
    """A figure from the numbers it was drawn from."""
    d = pd.read_csv(place, na_values=["<suppressed>"])
    columns = set(d.columns)
    figure, axes = plt.subplots(figsize=(8, 4.5))
    numbers = lambda name: pd.to_numeric(d[name], errors="coerce").replace([np.inf, -np.inf], np.nan)
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
    elif {"term", "estimate", "conf_low", "conf_high"} <= columns:
        rows = np.arange(len(d))[::-1]
        axes.hlines(rows, numbers("conf_low"), numbers("conf_high"))
        axes.plot(d.estimate, rows, "o")
        axes.axvline(0, linewidth=0.8, color="grey")
        axes.set_yticks(rows, [str(term).replace("$", r"\$") for term in d.term])
    else:
        plt.close(figure)
        print(f"{place.stem}: no drawing here for columns {', '.join(d.columns)}")
        display(d)
        return
    axes.set_title(place.stem)
    figure.tight_layout()
    plt.show()


for place in sorted((RUN / "figures").glob("*.csv")):
    draw(place)
