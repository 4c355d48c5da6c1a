RESULTS = json.loads((RUN / "results.json").read_text(encoding="utf-8"))["results"]


def read(place, text=()):
    """A table from a file, by its ending; the columns in `text` stay as they are spelt."""
    as_text = {column: str for column in text}
    name = str(place).removesuffix(".gz").removesuffix(".zst")
    if name.endswith((".parquet", ".pq")):
        return pd.read_parquet(place)
    if name.endswith((".arrow", ".feather", ".ipc")):
        return pd.read_feather(place)
    if name.endswith(".dta"):
        return pd.read_stata(place, convert_categoricals=False)
    if name.endswith((".sav", ".zsav")):
        return pd.read_spss(place, convert_categoricals=False)
    if name.endswith((".xlsx", ".xls")):
        return pd.read_excel(place, dtype=as_text)
    return pd.read_csv(place, dtype=as_text, sep="\t" if name.endswith((".tsv", ".tab")) else ",", low_memory=False)


for place in sorted((RUN / "tables").glob("*.csv")):
    table = pd.read_csv(place)
    print(f"{place.stem}: {len(table)} rows")
    display(table.head(12))
