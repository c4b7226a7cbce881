"""copy_duckdb.py FROM TO: the file FROM becomes TO, of the forms that their names say."""

import sys

import duckdb

duckdb.sql("set threads = 1")
duckdb.sql(f"copy (select * from '{sys.argv[1]}') to '{sys.argv[2]}'")
