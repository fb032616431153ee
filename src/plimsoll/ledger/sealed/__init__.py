"""Documents that stay secret: salted commitments, encryption to recipients, single figures, and erasure."""
