"""Running a log: the queue in the caller's database, the sequencer, the last-signed size, and rebuilding."""
