"""Works all curves of an evaluation out again, from its raw counts and without snnwasm, and compares.

    snnwasm eval --data cifar-100-binary --out results
    python docs/recompute.py results

Needs NumPy. journal.bin, which `snnwasm eval` appends an entry to for every image, holds after one line of JSON

    u32 number, u32 bytes, u32 checksum, then a raw deflate stream of so many bytes

and in the stream, with H heads (the final one last), R rows, K classes and L layers, little-endian,

    u8 label, u8 [H] choices of the trained network, u8 [H][R][K] output spikes,
    u32 [L + H][R] spikes emitted, u32 [L + H][R] synaptic operations

each counted since the row before.
"""

import json
import struct
import sys
import zlib
from pathlib import Path

import numpy as np

PICOJOULES = 26


def read_journal(path: Path) -> tuple[dict, dict[int, bytes]]:
    data = path.read_bytes()
    position = data.index(b"\n") + 1
    options = json.loads(data[:position])[1]
    records = {}
    while position + 12 <= len(data):
        number, length, _ = struct.unpack_from("<III", data, position)
        position += 12
        records[number] = zlib.decompress(data[position : position + length], wbits=-15)
        position += length
    return options, records


def unpack(record: bytes, heads: int, rows: int, classes: int):
    """Label, choices, output spikes [H][R][K], spikes and operations [L + H][R], the last three until each row."""
    outputs = 1 + heads
    costs = outputs + heads * rows * classes
    counts = np.frombuffer(record, np.uint8, costs - outputs, outputs).reshape(heads, rows, classes)
    spikes, operations = np.frombuffer(record, "<u4", -1, costs).astype(np.int64).reshape(2, -1, rows).cumsum(2)
    return record[0], record[1:outputs], counts.cumsum(1, dtype=np.int64), spikes, operations


def weigh(counts, timesteps, forgetting):
    """Counts until each row, axis 0, with timestep t counting as t^k, and N_k, both to the scale of evidence.ts.

    The spikes between two rows share the mean weight of the timesteps between them. Everything is added up in the order
    in which snnwasm does (cumsum, not sum), so that equal scores are equal here as well.
    """
    if forgetting == 0:
        return counts, timesteps
    weights = power(np.arange(1, timesteps[-1] + 1), forgetting)
    starts = np.concatenate([[0], timesteps[:-1]])
    sums = np.array([weights[start:end].cumsum()[-1] for start, end in zip(starts, timesteps, strict=True)])
    means = sums / (timesteps - starts)
    spikes = np.diff(counts, axis=0, prepend=0)
    scales = sums.cumsum() / (weights * weights).cumsum()[timesteps - 1]
    return (means[:, None] * spikes).cumsum(0) * scales[:, None], sums.cumsum() * scales


def power(base, exponent):
    """By multiplication, which gives the same bits everywhere."""
    result = np.ones(len(base))
    for _ in range(exponent):
        result = result * base
    return result


def choose(final, head, timesteps, strength, rule):
    """The class chosen at every row: the highest score, of equals the most final spikes, then the lowest index."""
    strength = np.broadcast_to(np.asarray(strength, float), timesteps.shape)[:, None]
    if rule == "schedule":
        with np.errstate(invalid="ignore"):
            score = np.where(strength == 0, final, head * (strength + final) / (strength + head))
    else:
        score = np.where(strength == 0, final, strength * head + timesteps[:, None] * final)
    best = score == score.max(1, keepdims=True)
    return np.where(best, final, -1).argmax(1)


def recompute(results: dict, options: dict, records: dict[int, bytes]) -> list[dict]:
    """Correct answers, spikes and operations of every curve, summed over images, a row."""
    timesteps = np.array(results["rows"])
    heads = options["heads"]
    internal = [head["name"] for head in results["ann"]["heads"]]
    layers = len(results["layers"])
    forgettings = {curve["forgetting"] for curve in results["curves"]}
    read = [head["layer"] for head in results["ann"]["heads"]] + [layers - 1]
    shape = (len(timesteps),)
    sums = [{key: np.zeros(shape, np.int64) for key in ("correct", "spikes", "operations")} for _ in results["curves"]]
    right = np.zeros(len(heads), np.int64)
    classes = 100
    for number in range(results["data"]["images"]):
        label, choices, counts, spikes, operations = unpack(records[number], len(heads), len(timesteps), classes)
        right += np.frombuffer(choices, np.uint8) == label
        weighted = {k: [weigh(head, timesteps, k) for head in counts] for k in forgettings}
        for curve, total in zip(results["curves"], sums, strict=True):
            position = len(heads) - 1 if curve["kind"] == "final" else internal.index(curve["head"])
            answering = {"final": [position], "truncated": [position], "fused": [position, len(heads) - 1]}[curve["kind"]]
            evidence, total_weight = weighted[curve["forgetting"]][position]
            if curve["kind"] == "fused":
                final, _ = weighted[curve["forgetting"]][-1]
                chosen = choose(final, evidence, total_weight, curve["strength"], curve["rule"])
            else:
                chosen = evidence.argmax(1)
            parts = list(range(max(read[head] for head in answering) + 1))
            parts += [layers + head for head in answering]
            total["correct"] += chosen == label
            total["spikes"] += spikes[parts].sum(0)
            total["operations"] += operations[parts].sum(0)
    assert round(results["ann"]["accuracy"]["value"] * results["data"]["images"]) == right[-1], "accuracy of the ANN"
    return sums


def compare(results: dict, sums: list[dict]) -> int:
    images = results["data"]["images"]
    differences = 0
    for curve, total in zip(results["curves"], sums, strict=True):
        energy = total["operations"] / images * PICOJOULES * 1e-9
        same = (
            np.array_equal(total["correct"], curve["correct"])
            and np.array_equal(total["spikes"], curve["spikes"])
            and np.array_equal(total["operations"], curve["synapticOperations"])
            and np.allclose([point["value"] for point in curve["accuracy"]], total["correct"] / images, atol=1e-12)
            and np.allclose(curve["energyMillijoules"]["truenorth-sop"], energy, rtol=1e-9)
        )
        differences += not same
        name = " ".join(str(curve[key]) for key in ("kind", "head", "rule") if curve[key] is not None)
        name += f", k = {curve['forgetting']}"
        print(f"{'same' if same else 'DIFFERENT'}  {name}")
    return differences


def main() -> int:
    folder = Path(sys.argv[1])
    results = json.loads((folder / "results.json").read_text())
    options, records = read_journal(folder / "journal.bin")
    assert options["rows"] == results["rows"], "journal and results have other rows"
    differences = compare(results, recompute(results, options, records))
    print(f"{len(results['curves'])} curves, {differences} different")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
