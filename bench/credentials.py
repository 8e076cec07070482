"""The credentials in the benchmark's messages; they are valid for bench.canned only."""

KEY = "BENCHKEY00000000"
SECRET = "0" * 40
TOKEN = "00000000-0000-4000-8000-000000000000"
