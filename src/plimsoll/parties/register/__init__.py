"""The register: records and their parties on disk (`folder.py`), and how new filings enter it (`intake.py`)."""
