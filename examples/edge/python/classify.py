"""Classifies a picture with a bundle of flavour `library`: python classify.py CLASSIFIER.wasm PICTURE.rgb"""

import argparse
import resource
import sys
import time

from wasmtime import WasmtimeError

from snnwasm_edge import Classifier


def main():
    parser = argparse.ArgumentParser(description="Classifies raw RGB of the network's input size.")
    parser.add_argument("module", help="bundle of flavour library")
    parser.add_argument("picture", help="width * height * 3 bytes: red, green, blue from the top left")
    parser.add_argument("--timesteps", type=int, default=0, help="default: the model's")
    parser.add_argument("--measure", action="store_true", help="also say what it took")
    options = parser.parse_args()
    began = time.perf_counter()
    classifier = Classifier(options.module)
    started = time.perf_counter()
    with open(options.picture, "rb") as file:
        picture = file.read()
    for index in classifier.run(picture, options.timesteps)[:5]:
        rate, lower, upper = (classifier.call(name, index) for name in ("rate", "lower", "upper"))
        print(f"{classifier.labels[index]}: {rate:.3f} [{lower:.3f}, {upper:.3f}]")
    spikes, operations, energy = (classifier.call(name) for name in ("spikes", "operations", "energy"))
    done = classifier.call("timesteps")
    print(f"{done} timesteps, {spikes:.0f} spikes, {operations:.0f} synaptic operations, {energy:.3f} mJ")
    if options.measure:
        measure(classifier, picture, options.timesteps, started - began)


def measure(classifier, picture, timesteps, startup):
    times = []
    for _ in range(5):
        began = time.perf_counter()
        classifier.run(picture, timesteps)
        times.append(time.perf_counter() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{1000 * startup:.0f} ms to start, {1000 * sorted(times)[2]:.0f} ms an answer, {peak:.0f} MiB at most")


if __name__ == "__main__":
    try:
        main()
    except WasmtimeError:
        sys.exit("classify.py: no WebAssembly that this engine runs")
    except (OSError, ValueError) as error:
        sys.exit(f"classify.py: {error}")
