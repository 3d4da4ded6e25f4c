"""The pages in a real browser: `python3 run.py test tests/browser` (needs chromium and Python's playwright)."""
