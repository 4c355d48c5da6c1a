def compliance(d, column):
    """The effect of being assigned, divided by how much more the assigned took part."""
    d = d.assign(group=level(d), used=pd.to_numeric(d["_" + column]))
    terms = " + ".join(["treated", *d.attrs["x"]])
    itt, used = (least_squares(f"{y} ~ {terms} | group + period", d).coef()["treated"] for y in ("y", "used"))
    return {effect("overall"): itt / used}
