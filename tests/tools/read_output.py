"""Reads what runs have written, with pyarrow and with DuckDB, and prints what they see.

Argument: a file of JSON, a list of runs {root, fileType, columns, partitionBy}. The answer has a line for each run and reader: the
types of the columns and the records, in the order of their column `number`.
"""

import datetime
import json
import pathlib
import sys
import urllib.parse

import duckdb
import pyarrow
import pyarrow.csv
import pyarrow.dataset

EXTENSIONS = {"CSV": "csv", "JSON": "jsonl", "PARQUET": "parquet"}


def shown(value):
    """Returns what stands for a value in JSON; a long text is known by its length and its ends."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat(timespec="milliseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, str) and len(value) > 200:
        return f"{len(value)}: {value[:20]} {value[-20:]}"
    return value


def by_pyarrow(run):
    keys = pyarrow.schema([(key, pyarrow.string()) for key in run["partitionBy"]])
    if run["fileType"] == "CSV":
        files = pyarrow.dataset.CsvFileFormat(
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={column: pyarrow.string() for column in run["columns"]}
            ),
        )
    else:
        files = "parquet"
    folders = pyarrow.dataset.HivePartitioning(keys, null_fallback="null")
    table = pyarrow.dataset.dataset(run["root"], format=files, partitioning=folders).to_table()
    return {field.name: str(field.type) for field in table.schema}, table.to_pylist()


def by_python(run):
    """Reads JSON lines: pyarrow would guess a type for each column of each file."""
    rows = []
    for path in pathlib.Path(run["root"]).rglob("*.jsonl"):
        keys = [part.split("=", 1) for part in path.parts if "=" in part]
        keys = {urllib.parse.unquote(key): urllib.parse.unquote(text) for key, text in keys}
        for line in path.read_text().splitlines():
            rows.append(json.loads(line) | {key: None if text == "null" else text for key, text in keys.items()})
    return {}, rows


def by_duckdb(run, database=duckdb.connect()):
    keys, columns = run["partitionBy"], run["columns"]
    options = {
        "CSV": ["header = true", "all_varchar = true", "delim = ','", "quote = '\"'", "escape = '\"'"],
        "JSON": [
            "format = 'newline_delimited'",
            f"columns = {{{', '.join(f'{name!r}: {kind!r}' for name, kind in json_types(columns, keys))}}}",
        ],
        "PARQUET": [],
    }[run["fileType"]]
    if keys:
        options += ["hive_partitioning = true", f"hive_types = {{{', '.join(f'{key!r}: VARCHAR' for key in keys)}}}"]
    reader = {"CSV": "read_csv", "JSON": "read_json", "PARQUET": "read_parquet"}[run["fileType"]]
    files = f"{run['root']}/**/*.{EXTENSIONS[run['fileType']]}"
    answer = database.execute(f"FROM {reader}({', '.join([repr(files), *options])})")
    names = [column[0] for column in answer.description]
    types = {column[0]: str(column[1]) for column in answer.description}
    rows = [dict(zip(names, row)) for row in answer.fetchall()]
    if run["fileType"] == "JSON":
        for row in rows:
            row |= {name: json.loads(row[name]) for name in columns if row[name] is not None}
    return types, rows


def json_types(columns, keys):
    return [(name, "JSON") for name in columns] + [(key, "VARCHAR") for key in keys]


for run in json.loads(pathlib.Path(sys.argv[1]).read_text()):
    for reader in [by_python if run["fileType"] == "JSON" else by_pyarrow, by_duckdb]:
        types, rows = reader(run)
        rows.sort(key=lambda row: int(row["number"]))
        rows = [{name: shown(value) for name, value in row.items()} for row in rows]
        print(json.dumps({"reader": reader.__name__, "types": types, "rows": rows}))
