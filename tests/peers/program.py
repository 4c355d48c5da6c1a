"""didact from outside: a panel in, its effects or its refusal out."""

import json
import re
import subprocess
import tempfile
from pathlib import Path


class Refused(Exception):
    """One side does not estimate this panel. `code` is didact's, where it is didact's."""

    def __init__(self, why, code=None):
        super().__init__(why)
        self.code = code


class Unable(Exception):
    """The peer cannot do what it should be able to; another peer must stand in."""


def spelled(panel):
    """The panel as a file would have it: names as text, the never-treated as 0 or empty."""
    d = panel.rows.copy()
    if panel.text:
        d["unit"], d["cluster"] = "unit " + d.unit.astype(str), "school " + d.cluster.astype(str)
    d["cohort"] = d.cohort.astype("Int64")
    if panel.seed % 2 and 0 not in set(d.period):
        d["cohort"] = d.cohort.fillna(0)
    return d


def key(row):
    """overall, event:-2, group:2003, group-time:2003:2005, dose:<label> …"""
    kind = row["estimand"]
    parts = {"event": ["event_time"], "group": ["group"], "calendar": ["period"], "group-time": ["group", "period"]}.get(kind)
    if parts is None:
        return kind if kind.startswith("overall") else f"{kind}:{row['label']}"
    return ":".join([kind, *(str(row[p]) for p in parts)])


def estimate(program, panel, estimator, inference, flags="", weights=None, unit=True):
    """{key: (estimate, standard error)} with the variances of a mixed model; what didact says cannot be estimated is left out."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "panel.csv"
        spelled(panel).to_csv(path, index=False, float_format="%.17g")
        call = [program, "estimate", str(path), *"--outcome y --period period --cohort cohort --threads 1 --json".split()]
        call += ["--estimator", estimator, "--inference", inference, *flags.split()]
        call += ["--unit", "unit"] if unit else []
        call += ["--weights", weights] if weights and panel.weighted else []
        ran = subprocess.run(call, capture_output=True, text=True, timeout=300)
    if ran.returncode != 0:
        first = re.search(r"error\[([A-Z]+-\d+)\] (.*)", ran.stderr)
        if ran.returncode not in (2, 3) or not first:
            raise RuntimeError(f"exit {ran.returncode}: {ran.stderr.strip()[:400]}")
        raise Refused(first.group(2), first.group(1))
    result = json.loads(ran.stdout)["results"][0]
    out = {key(r): (r["estimate"], r["std_error"]) for r in result["effects"] if r["estimate"] is not None}
    return out | {f"variance:{c['name']}": (c["variance"], None) for c in result.get("components", [])}
