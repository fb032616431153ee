"""The engines, one module each: DuckDB in this process, Apache Spark on this machine or on a cluster.

Nothing outside this folder says what differs between them; everything outside it goes through `compute/engine.py`.
"""
