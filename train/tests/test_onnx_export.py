from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from conftest import TINY_WIDTHS
from onnx.reference import ReferenceEvaluator

from snnwasm_train.cli import main
from snnwasm_train.errors import UserError
from snnwasm_train.network import ResNet18, initialise
from snnwasm_train.onnx_export import INPUT, export_onnx
from snnwasm_train.qcfs import QCFS


def lively(activation: object = torch.nn.ReLU) -> ResNet18:
    """Random weights and batch statistics that are no identity."""
    network = ResNet18(TINY_WIDTHS, {"2": 2, "5": 5}, activation=activation)
    random = torch.Generator().manual_seed(7)
    initialise(network, random)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            for tensor in (module.weight.data, module.running_var):
                tensor.uniform_(0.5, 1.5, generator=random)
            for tensor in (module.bias.data, module.running_mean):
                tensor.uniform_(-0.3, 0.3, generator=random)
    return network.eval()


@pytest.mark.parametrize("activation", [torch.nn.ReLU, lambda: QCFS(4)])
def test_gives_the_logits_of_pytorch(tmp_path: Path, activation: object) -> None:
    network = lively(activation)
    outputs = export_onnx(network, tmp_path / "n.onnx", ["5", "final"])
    assert outputs == ["logits_5", "logits_final"]
    model = onnx.load(tmp_path / "n.onnx")
    onnx.checker.check_model(model, full_check=True)
    evaluator = ReferenceEvaluator(model)
    random = torch.Generator().manual_seed(8)
    for _ in range(3):
        image = torch.randn(1, 3, 32, 32, generator=random)
        with torch.no_grad():
            expected = network(image)
        for name, values in zip(outputs, evaluator.run(None, {INPUT: image.numpy()}), strict=True):
            np.testing.assert_allclose(values, expected[name.removeprefix("logits_")].numpy(), rtol=1e-4, atol=1e-4)
            assert np.ptp(values) > 0.1


def test_folds_batch_normalisation_and_leaves_other_heads_out(tmp_path: Path) -> None:
    export_onnx(lively(), tmp_path / "n.onnx")
    operations = [node.op_type for node in onnx.load(tmp_path / "n.onnx").graph.node]
    assert operations.count("Conv") == 20
    assert "BatchNormalization" not in operations
    assert operations.count("Gemm") == 1


def test_refuses_a_head_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no head 3: choose from 2, 5, final"):
        export_onnx(lively(), tmp_path / "n.onnx", ["3"])
    assert list(tmp_path.iterdir()) == []


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fixture", str(tmp_path)]) == 0
    network, output = tmp_path / "tiny-resnet.safetensors", tmp_path / "n.onnx"
    assert main(["export-onnx", str(network), str(output), "--heads", "all"]) == 0
    assert "logits_final" in capsys.readouterr().out
    names = [value.name for value in onnx.load(output).graph.output]
    assert names[-1] == "logits_final" and len(names) > 1
    assert main(["export-onnx", str(network), str(output), "--heads", "none"]) == 2
    assert "has no head none" in capsys.readouterr().err
