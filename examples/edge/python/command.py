"""Runs a bundle of flavour `command` in wasmtime: python command.py CLASSIFIER.wasm [OPTIONS] < PICTURE.png"""

import sys

from wasmtime import Engine, ExitTrap, Linker, Module, Store, WasiConfig


def main(path, words):
    engine = Engine()
    linker = Linker(engine)
    linker.define_wasi()
    wasi = WasiConfig()
    wasi.argv = ["classifier", *words]
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    store = Store(engine)
    store.set_wasi(wasi)
    instance = linker.instantiate(store, Module.from_file(engine, path))
    try:
        instance.exports(store)["_start"](store)
    except ExitTrap as trap:
        return trap.code
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: command.py CLASSIFIER.wasm [OPTIONS] < PICTURE.png")
    sys.exit(main(sys.argv[1], sys.argv[2:]))
