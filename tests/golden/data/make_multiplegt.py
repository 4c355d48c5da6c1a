"""multiplegt.json: chaisemartin-dhaultfoeuille by its authors' own Python package, py_did_multiplegt_dyn 0.1.9 (polars 2.1), whose
public class is called; nothing of it is in this project. Run in this folder:  python make_multiplegt.py > multiplegt.json

Rows that are missing in the unbalanced classrooms are written out with no outcome, so that the start stays known.
`lone` keeps a single classroom of the cohort of 2022; `no_never` leaves out the never-treated. [estimate, standard error]."""

import contextlib, io, json, warnings

import pandas as pd
import polars as pl

count = pl.count
pl.count = lambda *a, **k: count(*a, **k) if a else pl.len()  # the package calls it as older polars allowed
import did_multiplegt_dyn

warnings.simplefilter("ignore")
balanced, gaps = pd.read_csv("classrooms.csv"), pd.read_csv("classrooms_unbalanced.csv")


def written_out(d):
    of = d.drop_duplicates("classroom").set_index("classroom")[["school", "profile_year"]]
    all_rows = pd.MultiIndex.from_product([sorted(d.classroom.unique()), sorted(d.year.unique())], names=["classroom", "year"])
    out = all_rows.to_frame(index=False).merge(d[["classroom", "year", "math", "students"]], how="left", on=["classroom", "year"])
    return out.join(of, on="classroom")


def run(d, effects, placebo, **options):
    d = d.assign(treated=((d.profile_year > 0) & (d.year >= d.profile_year)).astype(int))
    with contextlib.redirect_stdout(io.StringIO()):
        call = did_multiplegt_dyn.DidMultiplegtDyn(
            pl.from_pandas(d), outcome="math", group="classroom", time="year", treatment="treated", effects=effects, placebo=placebo, **options
        )
        result = call.fit().result["did_multiplegt_dyn"]
    pair = lambda table, i: [float(table.iloc[i]["Estimate"]), float(table.iloc[i]["SE"])]
    out = {"overall": pair(result["ATE"], 0)}
    for table, event in (("Effects", lambda l: l - 1), ("Placebos", lambda l: -l - 1)):
        out.update({f"event:{event(i + 1)}": pair(result[table], i) for i in range(len(result[table]))})
    return out


one = balanced[balanced.profile_year == 2022].classroom.iloc[0]
lone = balanced[(balanced.profile_year != 2022) | (balanced.classroom == one)]
school = {"cluster": "school"}
cases = {
    "by_classroom": run(balanced, 5, 3),
    "by_school": run(balanced, 5, 3, **school),
    "normalized": run(balanced, 5, 3, normalized=True, **school),
    "weighted": run(balanced, 5, 3, weight="students", **school),
    "two_effects": run(balanced, 2, 1, **school),
    "unbalanced": run(written_out(gaps), 5, 3, **school),
    "lone": run(lone, 5, 3),
    "no_never": run(balanced[balanced.profile_year > 0], 3, 2, **school),
}
print(json.dumps(cases, indent=1))
