"""Steps the converted network in SpikingJelly and in snnTorch, checks its spikes against snnwasm's, and times it.

Reads the files that bench/parts/simulators.ts writes: `tensors.safetensors` as `snnwasm inspect --tensors` writes it, and
`simulate.json` with the graph, images and the hashes of the expected spikes. Prints one JSON object.

Both libraries get the integers as float32, which holds them exactly below 2^24. The rule to match is: V += input, a spike
where V > threshold, V -= threshold, one threshold a channel.

snnTorch: Leaky(beta=1, reset_mechanism="subtract") with its default delayed reset compares V > threshold and subtracts
before the next input, which gives the same spikes; the threshold is a tensor.

SpikingJelly: IFNode(v_reset=None) compares V >= threshold and its threshold is one number. Weights, bias and membrane of a
channel are therefore divided by its threshold, which becomes 1, and the membrane starts half a unit lower: for integers
V > threshold and V - 1/2 >= threshold are the same, and the half unit leaves room for rounding. It is stepped in both of
its modes: one timestep through all layers, and several timesteps layer by layer, which it calls multi-step.
"""

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import snntorch
import torch
from safetensors.torch import load_file
from spikingjelly.activation_based import neuron, surrogate
from torch.nn import functional

Neurons = Callable[[torch.Tensor], torch.Tensor]
Tensors = dict[str, torch.Tensor]


class Layer:
    """Convolutions and skips into one population of neurons; weights in units of `scale` a channel."""

    def __init__(self, graph: dict[str, Any], tensors: Tensors, divide: bool) -> None:
        name = f"populations.{graph['name']}"
        self.threshold = tensors[f"{name}.threshold"].float()
        unit = self.threshold if divide else torch.ones_like(self.threshold)
        self.bias = (tensors[f"{name}.bias"].float() / unit).view(-1, 1, 1)
        self.synapses = []
        for index, synapses in enumerate(graph["synapses"]):
            weight = tensors[f"{name}.synapses.{index}.weight"].float()
            weight = weight / unit.view(-1, *(1,) * (weight.dim() - 1))
            if synapses["kind"] == "per-channel":
                weight = weight.view(-1, 1, 1)
            self.synapses.append({**synapses, "weight": weight.contiguous(memory_format=layout(weight))})
        self.divide = divide
        self.neurons: Neurons | None = None
        self.current: torch.Tensor | None = None

    def arriving(self, outputs: list[torch.Tensor], timesteps: int) -> torch.Tensor:
        """The synaptic input of these timesteps, bias included, `[timestep * image][channel][y][x]`."""
        total: torch.Tensor | None = None
        for synapses in self.synapses:
            if synapses["source"] < 0:
                assert self.current is not None
                return self.current if timesteps == 1 else self.current.repeat(timesteps, 1, 1, 1)
            spikes = outputs[synapses["source"]]
            if synapses["kind"] == "per-channel":
                value = spikes * synapses["weight"]
            else:
                bias = self.bias.flatten() if total is None else None
                value = functional.conv2d(spikes, synapses["weight"], bias, synapses["stride"], synapses["padding"])
            total = value if total is None else total + value
        assert total is not None
        return total

    def present(self, image: torch.Tensor) -> None:
        """The constant current of the image, computed once, as snnwasm does; simulators usually do so every step."""
        synapses = self.synapses[0]
        if synapses["source"] < 0:
            current = functional.conv2d(image, synapses["weight"], None, synapses["stride"], synapses["padding"])
            self.current = current + self.bias


def layout(tensor: torch.Tensor) -> torch.memory_format:
    return torch.channels_last if tensor.dim() == 4 else torch.contiguous_format


class Simulator:
    """The network in one of the libraries; `timesteps` of them a step."""

    def __init__(self, library: str, graph: dict[str, Any], tensors: Tensors, timesteps: int = 1) -> None:
        self.library = library
        self.timesteps = timesteps
        self.initial = graph["initialPotential"]
        self.shapes = [layer["shape"] for layer in graph["populations"]]
        self.layers = [Layer(layer, tensors, library == "SpikingJelly") for layer in graph["populations"]]

    def start(self, images: torch.Tensor) -> None:
        """Presents a batch, `[image][channel][y][x]`, and sets every membrane to its start."""
        for layer, shape in zip(self.layers, self.shapes, strict=True):
            layer.present(images)
            start = torch.floor(layer.threshold * self.initial + 0.5).view(1, -1, 1, 1)
            size = (len(images), shape["channels"], shape["height"], shape["width"])
            layer.neurons = self._neurons(layer, start, size)

    def step(self) -> list[torch.Tensor]:
        """The next timesteps, synchronous; the spikes of every layer, `[timestep * image][channel][y][x]`."""
        outputs: list[torch.Tensor] = []
        for layer in self.layers:
            assert layer.neurons is not None
            outputs.append(layer.neurons(layer.arriving(outputs, self.timesteps)))
        return outputs

    def _neurons(self, layer: Layer, start: torch.Tensor, size: tuple[int, ...]) -> Neurons:
        if self.library == "SpikingJelly":
            node = neuron.IFNode(v_threshold=1.0, v_reset=None, surrogate_function=surrogate.Sigmoid())
            start = (start - 0.5) / layer.threshold.view(1, -1, 1, 1)
            node.v = start.expand(size).contiguous(memory_format=torch.channels_last)
            if self.timesteps == 1:
                return node.eval()
            node.step_mode = "m"
            node.eval()
            return lambda current: node(current.unflatten(0, (self.timesteps, size[0]))).flatten(0, 1)
        leaky = snntorch.Leaky(beta=1.0, threshold=layer.threshold.view(1, -1, 1, 1), reset_mechanism="subtract")
        leaky = leaky.eval()
        state = start.expand(size).contiguous(memory_format=torch.channels_last)

        def fire(current: torch.Tensor) -> torch.Tensor:
            nonlocal state
            spikes, state = leaky(current, state)
            return spikes

        return fire


def spike_hash(spikes: torch.Tensor) -> str:
    """SHA-256 of one byte a neuron, `[y][x][channel]`."""
    return hashlib.sha256(spikes.permute(1, 2, 0).to(torch.uint8).contiguous().numpy().tobytes()).hexdigest()


def check(simulator: Simulator, images: torch.Tensor, expected: list[list[str]]) -> int:
    """Compares all layers' spikes of the first image; ends the program where they differ."""
    simulator.start(images[:1])
    compared = 0
    for start in range(0, len(expected), simulator.timesteps):
        for index, spikes in enumerate(simulator.step()):
            for offset, map_ in enumerate(spikes):
                if spike_hash(map_) != expected[start + offset][index]:
                    sys.exit(f"{simulator.library} gives other spikes in layer {index} at timestep {start + offset + 1}")
            compared += int(spikes.sum())
    return compared


def measure(simulator: Simulator, batch: torch.Tensor, steps: int, samples: int) -> list[float]:
    """Milliseconds for one timestep of one image, of the whole batch together."""
    simulator.start(batch)
    for _ in range(2):
        simulator.step()
    times = []
    for _ in range(samples):
        start = time.perf_counter()
        for _ in range(steps):
            simulator.step()
        times.append((time.perf_counter() - start) * 1000 / steps / simulator.timesteps / len(batch))
    return times


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--samples", type=int, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    graph = json.loads((options.folder / "simulate.json").read_text())
    tensors = load_file(options.folder / "tensors.safetensors")
    shape = graph["input"]
    pixels = np.array(graph["images"], dtype=np.float32).reshape(-1, shape["height"], shape["width"], shape["channels"])
    images = torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    rows = []
    with torch.inference_mode():
        for library, timesteps in (("SpikingJelly", 1), ("SpikingJelly", graph["multiStep"]), ("snnTorch", 1)):
            simulator = Simulator(library, graph, tensors, timesteps)
            compared = check(simulator, images, graph["expected"])
            for batch in graph["batches"] if timesteps == 1 else [1]:
                repeated = images.repeat(-(-batch // len(images)), 1, 1, 1)[:batch]
                repeated = repeated.contiguous(memory_format=torch.channels_last)
                samples = measure(simulator, repeated, 2 if batch == 1 else 1, options.samples)
                rows.append(
                    {
                        "library": library,
                        "batch": batch,
                        "timesteps": timesteps,
                        "samples": samples,
                        "compared": compared,
                    }
                )
    versions = {name: version(name) for name in ("torch", "spikingjelly", "snntorch")}
    json.dump({"rows": rows, "versions": versions}, sys.stdout)


if __name__ == "__main__":
    main()
