"""COSE: signed statements as hash envelopes, what a log takes, receipts (RFC 9942), and SCRAPI."""
