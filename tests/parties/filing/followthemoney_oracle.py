"""Reads entities from standard input with followthemoney itself, in an environment of its own; names the invalid."""

import json
import sys

from followthemoney import model  # type: ignore[import-not-found, unused-ignore]

wrong = []
schemas = {}
for line in sys.stdin:
    entity = json.loads(line)
    proxy = model.get_proxy(entity, cleaned=False)
    given = {(name, value) for name, values in entity["properties"].items() for value in values}
    kept = {(prop.name, value) for prop, value in proxy.itervalues()}
    schemas[proxy.id] = proxy.schema.name
    lost = sorted(given - kept)
    try:
        proxy.schema.validate(entity)
    except Exception as problem:
        lost.append((type(problem).__name__, str(problem)))
    for prop, value in proxy.itervalues():
        if prop.type.name == "entity":
            continue
        if not prop.type.validate(value):
            lost.append((prop.name, value))
    if lost:
        wrong.append([entity["id"], proxy.schema.name, lost])
print(json.dumps({"entities": len(schemas), "wrong": wrong}))
