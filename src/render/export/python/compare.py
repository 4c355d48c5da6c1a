TOLERANCE = 1e-6
COMPARED, NOT_COMPARED = [], []


def compare(number, label, outcome, estimator, refit):
    """Refits one entry of results.json and sets each effect beside the run's."""
    result = RESULTS[number]
    assert (result["outcome"], result["estimator"]) == (outcome, estimator), "results.json is of another study"
    run = {}
    for e in result["effects"]:
        name = effect(e["estimand"], e["group"], e["period"], e["event_time"] if e["group"] is None else None)
        if e["estimate"] is not None:
            run.setdefault(name, e)
    try:
        found = refit()
    except NoPeer as why:
        NOT_COMPARED.append({"outcome": outcome, "estimator": label, "why": str(why)})
        return
    both = [name for name in run if found.get(name) is not None]
    assert any(name[0].startswith("overall") for name in both), f"{outcome}, {label}: the overall effect was not refitted"
    for name in both:
        e = run[name]
        COMPARED.append(
            {
                "outcome": outcome,
                "estimator": label,
                "effect": e["label"],
                "run": e["estimate"],
                "run low": e["conf_low"],
                "run high": e["conf_high"],
                "refit": float(found[name]),
                "difference": float(found[name]) - e["estimate"],
                "agrees": abs(float(found[name]) - e["estimate"]) <= TOLERANCE * max(1.0, abs(e["estimate"])),
            }
        )
