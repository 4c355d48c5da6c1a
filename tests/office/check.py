"""The Excel workbook and the Word document of a run beside its CSVs, opened by other software.

    python tests/office/check.py RUN_DIR

RUN_DIR holds tables/*.csv, tables.xlsx and tables.docx. Every number in the workbook equals the CSV's to the bit and is a
number; every number in the document equals it at the precision shown; words are words and never formulas; withheld counts
are words, values that do not exist are blank or a dash.
"""

import csv
import pathlib
import re
import sys

import docx
import openpyxl

SUPERSCRIPTS = {0x207B: "-", 0xB9: "1", 0xB2: "2", 0xB3: "3", **{0x2070 + d: str(d) for d in (0, *range(4, 10))}}


def number(text):
    """The number that words stand for, or None."""
    text = text.strip().strip("()").replace("\u2212", "-").replace(",", "").replace(" \u00d7 10", "e").translate(SUPERSCRIPTS)
    percent = text.endswith("%")
    try:
        return float(text.rstrip("%")) / (100 if percent else 1)
    except ValueError:
        return None


def precision(text):
    """Half a unit of the last digit shown."""
    text = text.strip().strip("()")
    if "\u00d7" in text:
        return abs(number(text)) * 0.0051
    digits = re.sub(r"[^0-9.]", "", text)
    half = 0.5000001 * 10.0 ** -(len(digits.split(".")[1]) if "." in digits else 0)
    return half / (100 if text.endswith("%") else 1)


def csv_table(path):
    with open(path, encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    if header and header[-1] in ("note", "undefined_note"):
        header, rows = header[:-1], [row[:-1] for row in rows]
    return header, rows


def check_sheet(name, sheet, header, rows):
    seen = 0
    for r, row in enumerate(rows, start=2):
        for c, field in enumerate(row, start=1):
            cell = sheet.cell(r, c)
            # Marks that reverse the direction of what follows do not enter a workbook.
            field = re.sub("[\u202a-\u202e\u2066-\u2069]", "\ufffd", field)
            where = f"{name}, {cell.coordinate}"
            assert cell.data_type != "f", f"{where}: a formula"
            if field == "":
                assert cell.value in (None, ""), f"{where}: {cell.value!r} where the CSV has nothing"
            elif isinstance(cell.value, (int, float)):
                assert float(field) == cell.value, f"{where}: {cell.value!r}, the CSV says {field}"
                seen += 1
            else:
                # The CSV marks words that a spreadsheet would take for a formula.
                assert cell.value == field or "'" + cell.value == field, f"{where}: {cell.value!r}, the CSV says {field!r}"
                # Questions and answers in words.
                answers = header[0] == "item"
                assert number(field) is None or answers or header[c - 1] in ("value", "values", "reference", "term", "found", "planned", "done"), f"{where}: the number {field} is written as words"
    assert sheet.freeze_panes is not None, f"{name}: the heading is not frozen"
    return seen


def check_words(name, table, header, rows):
    """An interval is one column in the document and two in the CSV; two columns of numbers that are called low and high stay two."""
    assert len(table.rows) == len(rows) + 1, f"{name}: {len(table.rows) - 1} rows, the CSV has {len(rows)}"
    seen = 0
    pairs = sum(1 for a, b in zip(header, header[1:]) if a.endswith("_low") and b == a[:-4] + "_high")
    for shown, row in zip(list(table.rows)[1:], rows):
        fields, at = [cell.text for cell in shown.cells], 0
        joined = len(row) - len(fields)
        for text in fields:
            low = header[at].endswith("_low") and at + 1 < len(header) and header[at + 1] == header[at][:-4] + "_high"
            low = low and (joined == pairs or joined > 0 and text.startswith("["))
            values = row[at : at + 2] if low else row[at : at + 1]
            at += len(values)
            where = f"{name}: {text!r} beside {values}"
            if values[0] == "":
                assert text in ("\u2014", ""), where
            elif values[0] == "<suppressed>":
                assert text == "<suppressed>", where
            elif low:
                ends = text[1:-1].split(", ")
                for end, value in zip(ends, values):
                    if value not in ("-Inf", "Inf"):
                        assert abs(number(end) - float(value)) <= precision(end), where
                        seen += 1
            elif text in ("<0.001", "<0.1%", ">99.9%"):
                bound = number(text[1:])
                assert float(values[0]) < bound if text[0] == "<" else float(values[0]) > bound, where
                seen += 1
            elif number(text) is not None and number(values[0]) is not None:
                assert abs(number(text) - float(values[0])) <= precision(text), where
                seen += 1
            else:
                squeezed = lambda words: "".join(ch for ch in words if ch.isalnum())
                assert squeezed(text) == squeezed(values[0]), where
        assert at == len(header), f"{name}: the CSV has {len(header)} columns, the document {at}"
    return seen


def main(run):
    run = pathlib.Path(run)
    book = openpyxl.load_workbook(run / "tables.xlsx")
    document = docx.Document(str(run / "tables.docx"))
    names = book.sheetnames[1:]
    csvs = {path.stem: csv_table(path) for path in sorted((run / "tables").glob("*.csv"))}
    assert sorted(names) == sorted(name[:31] for name in csvs), f"sheets {names}, tables {sorted(csvs)}"
    assert len(document.tables) == len(names), f"{len(document.tables)} tables in the document, {len(names)} sheets"
    sheets = words = 0
    for name, table in zip(names, document.tables):
        header, rows = next(content for stem, content in csvs.items() if stem[:31] == name)
        sheets += check_sheet(name, book[name], header, rows)
        words += check_words(name, table, header, rows)
    assert sheets > 50 and words > 50, f"only {sheets} and {words} numbers were looked at"
    print(f"{run.name}: {len(names)} tables; {sheets} numbers in the workbook and {words} in the document are the CSVs'")


if __name__ == "__main__":
    for folder in sys.argv[1:]:
        main(folder)
