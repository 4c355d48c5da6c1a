def triple_difference(d, column):
    """Each subgroup may go its own way over time; how much more the treated of the second subgroup gained is the effect."""
    second = d["_" + column] == sorted(d["_" + column].unique())[1]
    d = d.assign(group=level(d), sub=second * 1, third=d.treated * second)
    if "unit" not in ROLES:
        d["group"] = d.group + second.astype(str)
    terms = " + ".join(["treated", "third", *d.attrs["x"]])
    return {effect("overall"): least_squares(f"y ~ {terms} | group + period^sub", d).coef()["third"]}
