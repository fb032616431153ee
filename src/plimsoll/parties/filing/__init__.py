"""Know-your-customer filings as they arrive: many formats, one record per account, every bad row named.

Start reading at `read.py`; `detect.py` tells the formats apart, `fields.py` reads one record.
"""
