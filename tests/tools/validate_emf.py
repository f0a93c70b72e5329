"""Holds lines of metrics against the published schema of CloudWatch's embedded metric format.

Reads lines from standard input; prints each metric with its dimensions, once."""

import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1]))
seen = set()
for line in sys.stdin:
    document = json.loads(line)
    jsonschema.Draft7Validator(schema).validate(document)
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for metric in directive["Metrics"]:
            value = document[metric["Name"]]
            assert isinstance(value, (int, float)) and not isinstance(value, bool), metric
            for dimensions in directive["Dimensions"]:
                assert all(isinstance(document[name], str) for name in dimensions), dimensions
                seen.add(f"{directive['Namespace']} {metric['Name']} {metric['Unit']} {dimensions}")
print("\n".join(sorted(seen)))
