"""Every estimator of didact beside other software, on 20 odd panels each.

    python check.py PATH_TO_DIDACT [ESTIMATOR ...] [--write]

Exit code 1 when a digit differs by more than a case's tolerance, one side estimates what the other refuses, a panel is not
refused with the code that it should be, an estimator of `didact list estimators` has no peer, an oddity occurs too seldom, or
README.md's table is behind (--write writes it).
"""

import os

# One thread each: the estimators are spread over the cores, and small matrices gain nothing from more.
os.environ |= {
    name: "1"
    for name in (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMBA_NUM_THREADS",
        "POLARS_MAX_THREADS",
        "RAYON_NUM_THREADS",
    )
}

import importlib
import json
import multiprocessing
import subprocess
import sys
import time
import traceback
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from panels import ODDITIES, PANELS

# The families of peers, the slow ones first.
FAMILIES = [
    "group_time",
    "switchers",
    "mixed",
    "untreated",
    "regressions",
    "two_groups",
    "saturated",
    "synthetic",
    "random_timing",
    "triple",
    "distribution",
    "doses",
]
# In how many of its panels each oddity must occur.
SEVERAL = 3
# What an estimator cannot take, and the code with which it says so.
ONE_START = {"always treated": "EST-004"}
CANNOT = {
    "did": ONE_START,
    "ancova": ONE_START,
    "triple-difference": ONE_START | {"cohort of one": "PANEL-010"},
    "changes-in-changes": ONE_START | {"cohort of one": "PANEL-010"},
    "dose-response": ONE_START | {"cohort of one": "EST-059"},
    "compliance": {"cohort of one": "PANEL-010"},
}
README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- table -->\n", "<!-- end of table -->\n"


def family(name, binary, chosen):
    """All cases of a family: estimator, title, and what came of it or the error that ended it."""
    sys.path.insert(0, str(Path(__file__).parent))
    import compare

    out = []
    for estimator, cases in importlib.import_module(name).CASES.items():
        for case in cases if not chosen or estimator in chosen else []:
            begun = time.time()
            try:
                result = compare.run(binary, case)
                told = dict(
                    ok=result.ok(),
                    effects=result.effects,
                    errors=result.errors,
                    refused=result.refused,
                    compared=result.compared,
                    worst={what: w.gap for what, w in result.worst.items()},
                    limits=(case.tolerance, case.se_tolerance),
                    lines=result.over() + result.wrong + ([] if result.effects else ["nothing was compared"]),
                    notes=result.notes,
                )
            except Exception:
                told = dict(ok=False, crash=traceback.format_exc())
            out.append((estimator, case.title, told | {"seconds": time.time() - begun}))
    return out


def line(title, told):
    if "crash" in told:
        return f"  FAILED {title}\n{told['crash']}"
    estimate, error = (told["worst"][k] for k in ("estimate", "standard error"))
    refused = "".join(f", {n} refused {code}" for code, n in sorted(told["refused"].items()))
    errors = f"{told['errors']} standard errors to {error:.0e} (limit {told['limits'][1]:.0e})" if told["errors"] else "no standard errors"
    out = [
        f"  {'ok    ' if told['ok'] else 'FAILED'} {title}: {len(told['compared'])} panels{refused}; {told['effects']} estimates to {estimate:.0e}"
        f" (limit {told['limits'][0]:.0e}), {errors}; {told['seconds']:.1f} s"
    ]
    out += [f"         {n} panels without this peer: {why}" for why, n in told["notes"].items()]
    return "\n".join(out + [f"         {text}" for text in told["lines"][:20]])


def counts(told):
    """Per estimator: how many panels were compared with each oddity in them, and how many were refused with each code."""
    seen, refused = defaultdict(set), Counter()
    for case in told:
        for seed, present in case.get("compared", {}).items():
            seen["panels"].add(seed)
            for oddity in present:
                seen[oddity].add(seed)
        for code, n in case.get("refused", {}).items():
            refused[code] = max(refused[code], n)
    return {name: len(seen[name]) for name in ["panels", *ODDITIES]}, refused


def shortfalls(estimator, seen, refused):
    for oddity in ODDITIES:
        code = CANNOT.get(estimator, {}).get(oddity)
        if code and refused[code] < SEVERAL:
            yield f"{estimator}: {oddity} should be refused as {code} in {SEVERAL} panels or more, and is in {refused[code]}"
        if not code and seen[oddity] < SEVERAL:
            yield f"{estimator}: {oddity} occurs in {seen[oddity]} panels, not in {SEVERAL}"


def table(rows):
    lines = ["| estimator | compared | " + " | ".join(ODDITIES) + " | refused |", "| :--- |" + " ---: |" * (len(ODDITIES) + 1) + " :--- |"]
    for estimator, (seen, refused) in rows.items():
        codes = ", ".join(f"{n} {code}" for code, n in sorted(refused.items()))
        lines.append(f"| {estimator} | {seen['panels']} | " + " | ".join(str(seen[o]) for o in ODDITIES) + f" | {codes} |")
    return "\n".join(lines) + "\n"


def main():
    binary, *chosen = [a for a in sys.argv[1:] if a != "--write"]
    binary = str(Path(binary).resolve())
    listed = json.loads(subprocess.run([binary, "list", "estimators", "--json"], capture_output=True, text=True, check=True).stdout)
    names = [e["id"] for e in listed["estimators"]]
    all_of = defaultdict(list)
    with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn")) as pool:
        for done in as_completed([pool.submit(family, name, binary, chosen) for name in FAMILIES]):
            for estimator, title, told in done.result():
                all_of[estimator].append((title, told))
    wanted = [n for n in names if not chosen or n in chosen]
    problems, rows = [f"no such estimator: {n}" for n in [*all_of, *chosen] if n not in names], {}
    for estimator in wanted:
        print(f"{estimator}", *(line(*case) for case in all_of[estimator]), sep="\n", flush=True)
        if not all_of[estimator]:
            problems.append(f"{estimator} has no peer")
            continue
        told = [case for _, case in all_of[estimator]]
        rows[estimator] = counts(told)
        problems += shortfalls(estimator, *rows[estimator])
        problems += [f"{title} failed" for title, case in all_of[estimator] if not case["ok"]]
    print("\n" + table(rows))
    if not chosen:
        before, rest = README.read_text(encoding="utf-8").split(BEGIN)
        old, after = rest.split(END)
        if "--write" in sys.argv:
            README.write_text(before + BEGIN + table(rows) + END + after, encoding="utf-8")
        elif old != table(rows):
            problems.append("README.md's table is behind: python check.py PATH_TO_DIDACT --write")
    cases = [case for told in all_of.values() for _, case in told]
    effects, errors = (sum(c.get(k, 0) for c in cases) for k in ("effects", "errors"))
    print(
        f"{len(wanted)} estimators, {len(cases)} ways to call them on {PANELS} panels each: {effects} estimates and {errors} standard errors compared"
    )
    for problem in problems:
        print(f"FAILED: {problem}", file=sys.stderr)
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
