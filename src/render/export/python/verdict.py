compared = pd.DataFrame(COMPARED)
if len(compared):
    display(compared)
if NOT_COMPARED:
    display(pd.DataFrame(NOT_COMPARED))
largest = float(compared.difference.abs().max()) if len(compared) else None
agree = bool(compared.agrees.all()) if len(compared) else None
print(json.dumps({"compared": len(compared), "not_compared": len(NOT_COMPARED), "largest_difference": largest, "agree": agree}))
assert agree is not False, "the refit differs from the run: see the table"
