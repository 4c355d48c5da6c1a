"""Makes the small files that the readers are tried on: the same students for Stata, SPSS and Excel.

Run here:  pip install pandas==3.1.1 pyreadstat==1.3.7 openpyxl==3.1.5  and  python make.py
"""

import random

import openpyxl
import pandas as pd
import pyreadstat

random.seed(7)
rows = []
for school in range(4):
    for student in range(3):
        ident = f"{school:02d}{student:03d}"
        for year in (2020, 2021):
            treated = int(school % 2 == 0)
            score = round(200 + 10 * random.random() + 5 * (year - 2020) + 3 * treated * (year - 2020), 2)
            prior = random.randint(180, 220)
            rows.append([ident, f"School {school}", 100000001 + school, year, treated, score, prior, "2019-09-0%d" % (student + 1)])
names = ["student", "school", "district", "year", "arm", "score", "prior", "enrolled"]
frame = pd.DataFrame(rows, columns=names)
holes = {2: "a", 5: "b", 9: "a", 11: "."}
text = frame.astype(object).copy()
text.loc[list(holes), "prior"] = ""
text["note"] = ["" if i % 5 == 0 else ("ü" * 3 + " note %d" % i) for i in range(len(text))]
text.to_csv("students.csv", index=False, lineterminator="\n")
note = list(text["note"])

labels = {"student": "The student", "arm": "Profiles in the classroom", "score": "Score, points", "prior": "Score a year before"}
dates = pd.to_datetime(frame["enrolled"]).dt.date

# Stata by pyreadstat (ReadStat): extended missing values, value labels, a date.
stata = frame.copy()
stata["enrolled"] = dates
stata["note"] = note
stata["prior"] = [holes.get(i, float(v)) if holes.get(i) in ("a", "b") else (None if i in holes else float(v)) for i, v in enumerate(frame["prior"])]
for version in (8, 10, 12, 13, 14, 15):
    pyreadstat.write_dta(
        stata,
        f"students{version}.dta",
        version=version,
        column_labels={k: labels.get(k, "") for k in stata.columns},
        variable_value_labels={"arm": {0: "comparison", 1: "profiles"}, "prior": {"a": "refused", "b": "absent"}},
        missing_user_values={"prior": ["a", "b"]},
    )

# Stata by pandas: storage types, long strings (strL), releases 117 and 119.
other = frame.copy()
other["note"] = note
other["prior"] = [float("nan") if i in holes else float(v) for i, v in enumerate(frame["prior"])]
other["year"] = other["year"].astype("int16")
other["arm"] = other["arm"].astype("int8")
other["enrolled"] = pd.to_datetime(other["enrolled"])
for version in (117, 119):
    other.to_stata(f"pandas{version}.dta", version=version, write_index=False, convert_strl=["note"], convert_dates={"enrolled": "td"})

# SPSS by pyreadstat: values declared missing, labels, a date; plain and compressed.
spss = stata.copy()
spss["prior"] = [{"a": -9.0, "b": -8.0}.get(holes.get(i), None if i in holes else float(v)) for i, v in enumerate(frame["prior"])]
for name, packed in (("students.sav", False), ("students.zsav", True)):
    pyreadstat.write_sav(
        spss,
        name,
        column_labels=labels,
        compress=packed,
        variable_value_labels={"arm": {0: "comparison", 1: "profiles"}, "prior": {-9: "refused", -8: "absent"}},
        missing_ranges={"prior": [{"lo": -9, "hi": -8}]},
    )

# Excel by openpyxl.
book = openpyxl.Workbook()
sheet = book.active
sheet.title = "Scores"
sheet.append(names + ["note"])
for i, row in enumerate(rows):
    row = list(row)
    row[6] = None if i in holes else row[6]
    row[7] = dates[i]
    sheet.append(row + [note[i] or None])
book.create_sheet("Notes").append(["what"])
book.save("students.xlsx")
