"""What the programs of the Python clients share: they go through scenarios and print what each saw, as lines of JSON."""

import json
import traceback
import uuid


def fresh_topic(what):
    """A topic that no other run uses."""
    return f"{what}-{uuid.uuid4().hex[:8]}"


def text(data):
    """Bytes as JSON can say them; None stays None."""
    return None if data is None else data.decode()


def play(scenarios):
    """Runs each function under its own name. What it returns was seen; what it throws is told as the client's error."""
    for scenario in scenarios:
        line = {"scenario": scenario.__name__}
        try:
            line["seen"] = scenario()
        except Exception:  # whatever the client throws is the finding
            line["error"] = traceback.format_exc()
        print(json.dumps(line), flush=True)
