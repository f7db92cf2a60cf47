"""A bundle of flavour `library` in wasmtime: picture in, answer out. Documented in ../README.md."""

import ctypes
import struct

from wasmtime import Engine, Instance, Module, Store

ABI = 1
REFUSALS = {
    -1: "a value is out of range",
    -2: "there is no run yet",
    -3: "so many timesteps could overflow a membrane",
}


class Classifier:
    """One instance of a bundle; it classifies picture after picture."""

    def __init__(self, path):
        engine = Engine()
        self._store = Store(engine)
        module = Module.from_file(engine, path)
        if module.imports:
            raise ValueError(f"{path} is no bundle of flavour library: it imports {module.imports[0].name}")
        self._exports = Instance(self._store, module, []).exports(self._store)
        if self.call("abi") != ABI:
            raise ValueError(f"{path} has version {self.call('abi')} of the interface, not {ABI}")
        self.width, self.height = self.call("width"), self.call("height")
        self.labels = [self.text("label", index) for index in range(self.call("classes"))]

    def call(self, name, *values):
        """Calls snnwasm_NAME."""
        return self._exports[f"snnwasm_{name}"](self._store, *values)

    def text(self, name, index):
        """The text that snnwasm_NAME(index) points to."""
        memory = self._exports["memory"]
        data = ctypes.cast(memory.data_ptr(self._store), ctypes.c_void_p).value
        return ctypes.string_at(data + self.call(name, index)).decode()

    def integers(self, name, *values):
        """The u32 [class] that snnwasm_NAME points to."""
        pointer, count = self.call(name, *values), len(self.labels)
        data = self._exports["memory"].read(self._store, pointer, pointer + 4 * count)
        return list(struct.unpack(f"<{count}I", data))

    def run(self, picture, timesteps=0):
        """Class indices, the best first, for width * height * 3 bytes of RGB; 0 timesteps: the model's default."""
        expected = self.width * self.height * 3
        if len(picture) != expected:
            raise ValueError(f"the picture has {len(picture)} bytes, not {expected}: {self.width} x {self.height} RGB")
        self._exports["memory"].write(self._store, picture, self.call("input"))
        status = self.call("run", timesteps)
        if status < 0:
            raise ValueError(REFUSALS[status])
        return self.integers("ranking")
