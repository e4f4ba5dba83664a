"""DuckDB's SUMMARIZE of one table on two threads; prints the seconds that the query took."""
import sys
import time

import duckdb

connection = duckdb.connect()
connection.execute("set threads = 2")
start = time.perf_counter()
rows = connection.execute("summarize from read_csv(?)", [sys.argv[1]]).fetchall()
took = time.perf_counter() - start
assert len(rows) == 8, rows
print(took)
