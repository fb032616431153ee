"""Compares names with nomenklatura: runs in an environment of its own and speaks JSON lines over a pipe.

Nothing of Plimsoll is imported, so that the environment needs nomenklatura only. Each request is
``{"left": entity, "right": entity}``, each answer ``{"score": hundredths}`` or ``{"error": text}``. The ids of both
entities are new in every request: the matcher remembers the analysis of a name by entity id.
"""

import json
import sys


def main() -> None:
    from followthemoney import model
    from nomenklatura import __version__
    from nomenklatura.matching import get_algorithm
    from nomenklatura.matching.types import ScoringConfig

    algorithm = get_algorithm("logic-v2")
    config = ScoringConfig.defaults()
    sys.stdout.write(json.dumps({"ready": __version__}) + "\n")
    sys.stdout.flush()
    for number, line in enumerate(sys.stdin):
        try:
            pair = json.loads(line)
            left, right = (
                model.get_proxy({**pair[side], "id": f"{side}-{number}"}, cleaned=False) for side in ("left", "right")
            )
            answer: dict[str, object] = {"score": int(algorithm.compare(left, right, config).score * 100)}
        except Exception as problem:  # an odd entity must not end the screening; the caller counts it
            answer = {"error": f"{type(problem).__name__}: {problem}"[:200]}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
