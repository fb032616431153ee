"""The lake: a folder that keeps what accounting found in each usage file, so that no file is read twice.

    with Lake(folder) as lake, open_usage(paths, engine, keeper=lake) as delivery:
        accounts = account(delivery)

The answer has the same bytes as without it. Everything in the folder can be made again from the usage files.
"""
