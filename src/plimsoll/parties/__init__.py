"""Who is behind an account: know-your-customer records, the legal persons they stand for, and who controls whom.

Implements the providers' know-your-customer duty and the register behind it (Conditional AI Safety Treaty, section
1.4.4; IDAIS policy guide, cloud providers as intermediaries). Start reading at `kyc.py` (one record), then follow it:
`filing/` reads it, `resolution/` finds the records of one legal person, `ownership.py` and `control.py` find the
persons under one control, and `known.py` is what the rest of the house asks.
"""
