DATA = read(PLACE, {ROLES[role] for role in ("unit", "cluster", "second_cluster") if role in ROLES})


def same(value, code):
    """Whether two spellings are one value: equal text, or equal numbers."""
    try:
        return str(value) == code or float(value) == float(code)
    except (TypeError, ValueError):
        return False


for column, code in MISSING:
    for name in [column] if column else list(DATA.columns):
        DATA[name] = DATA[name].mask(DATA[name].map(lambda value: same(value, code)))
        if not pd.api.types.is_numeric_dtype(DATA[name]):
            numbers = pd.to_numeric(DATA[name], errors="coerce")
            if (numbers.notna() == DATA[name].notna()).all() and name not in ROLES.values():
                DATA[name] = numbers
print(f"{len(DATA)} rows, {len(DATA.columns)} columns")
