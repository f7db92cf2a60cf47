"""Counts of a bundle in wasmtime: python wasmtime_counts.py CLASSIFIER.wasm PICTURES.rgb TIMESTEPS

One line of JSON a picture: spikes and synaptic operations of every layer, and the spikes of every class of the heads.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "edge" / "python"))

from snnwasm_edge import Classifier

module, pictures, timesteps = sys.argv[1:]
classifier = Classifier(module)
size = classifier.width * classifier.height * 3
data = Path(pictures).read_bytes()
for start in range(0, len(data), size):
    classifier.run(data[start : start + size], int(timesteps))
    layers = range(classifier.call("layers"))
    counts = ("layer_spikes", "layer_operations")
    heads = [head for head in range(classifier.call("heads")) if classifier.call("counts", head)]
    print(
        json.dumps(
            {
                "layers": [classifier.call(name, layer) for layer in layers for name in counts],
                "counts": [classifier.integers("counts", head) for head in heads],
            }
        )
    )
