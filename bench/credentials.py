"""The credentials that bench messages carry; they open nothing but the canned stores."""

KEY = "BENCHKEY00000000"
SECRET = "0" * 40
TOKEN = "00000000-0000-4000-8000-000000000000"
