"""switching.csv and switching_gaps.csv: the classrooms of classrooms.csv with treatments that switch on and off. Run in this folder:
python make_switching.py

`status` is 0 or 1: never, always, on for good, on and off, off and on again, off for good. `hours` takes several values, falls below 0
in some classrooms, and crosses its first value in some. Every value follows from the classroom's number. In the file with gaps some
rows are missing, in some the outcome is, in some the treatments are too."""

import pandas as pd

YEARS = range(2016, 2024)
ON = {  # years in which a classroom of this kind is treated
    0: [], 1: range(2019, 2024), 2: range(2018, 2021), 3: YEARS, 4: range(2016, 2019), 5: [2019, 2022, 2023], 6: [],
    7: [2016, 2017, 2018, 2019, 2022, 2023], 8: range(2021, 2024), 9: YEARS, 10: range(2016, 2020), 11: [2017], 12: [2016, 2018],
}
HOURS = {  # from 2016 to 2023
    0: [0, 0, 0, 0, 0, 0, 0, 0], 1: [1, 1, 1, 2, 2, 3, 3, 3], 2: [0, 0, 1.5, 1.5, 0, 0, 2, 2], 3: [2, 2, 2, 1, 1, 0.5, 2, 2],
    4: [1, 1, 1, 1, 1, 1, 1, 1], 5: [0, 0, 0, 2, 2, -1, 0, 1], 6: [2, 2, 2, 2, 2, 2, 2, 2], 7: [2, 2, 2, 2, 0, 0, -2, -2],
    8: [1, 1, 1, 0, 0, 0, 1, 1], 9: [0, 0, 0, 0, 3, 3, 3, 0], 10: [1, 1, 3, 3, 0.5, 1, 1, 1], 11: [5, 5, 5, 6, 6, 6, 6, 6],
    12: [0, 0, 1.5, 2, 2, 2, 2, 2],
}

d = pd.read_csv("classrooms.csv")[["school", "classroom", "year", "math", "students", "attendance"]]
number = d.classroom.rank(method="dense").astype(int)
kind = number * 5 % 13
d["status"] = [int(y in ON[k]) for k, y in zip(kind, d.year)]
d["hours"] = [HOURS[(k + n // 13) % 13][y - 2016] for k, n, y in zip(kind, number, d.year)]
d["books"] = [round(4 + (n * 37 + y * 11) % 23 * 0.25 + (m - 200) / 8, 2) for n, y, m in zip(number, d.year, d.math)]
d.to_csv("switching.csv", index=False)

spot = (number * 31 + (d.year - 2016) * 17) % 50
gaps = d[spot > 2].copy()
gaps["status"] = gaps.status.astype("Int64")
gaps.loc[spot.isin([3, 4, 5, 6]), "math"] = None
gaps.loc[spot.isin([5, 6]), ["status", "hours"]] = None
gaps.to_csv("switching_gaps.csv", index=False)
