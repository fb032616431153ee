"""Do accounts start, stop and scale together? Pure statistics over levels of use by hour; no engine, no records."""
