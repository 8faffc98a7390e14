"""Writes test/fixtures/exports/*.onnx: tiny encoders of random weights as PyTorch's exporters write them, and one as onnxruntime fuses it.

The fixtures of src/core/compress/exported.test.ts; nothing else needs Python. The graphs are what the exporters make (sizes calculated from
shapes, Gelu and, before opset 17, LayerNormalization written out); only notes for people (stack traces, names of modules) are taken out.

    pip install torch transformers onnx onnxscript onnxruntime sympy
    python tools/export-fixtures.py test/fixtures/exports
"""
import os
import sys

import onnx
import torch
import transformers as t

out = sys.argv[1]
os.makedirs(out, exist_ok=True)
sizes = dict(
    vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24,
    max_position_embeddings=24, num_labels=3,
)
small = dict(vocab_size=40, dim=16, n_layers=2, n_heads=4, hidden_dim=24, max_position_embeddings=24, num_labels=3)


def random_model(cls, config):
    torch.manual_seed(5)
    model = cls(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return model


def inputs(segments):
    ids = torch.randint(3, 40, (2, 7))
    mask = torch.ones_like(ids)
    mask[1, 5:] = 0
    more = dict(token_type_ids=torch.zeros_like(ids)) if segments else {}
    return dict(input_ids=ids, attention_mask=mask, **more)


def script(name, model, opset, segments=False):
    """The exporter that traces (dynamo=False), opset 9 to 20."""
    given = inputs(segments)
    axes = {**{key: {0: "batch", 1: "sequence"} for key in given}, "logits": {0: "batch"}}
    torch.onnx.export(
        model, (given,), f"{out}/{name}.onnx", input_names=list(given), output_names=["logits"],
        dynamic_axes=axes, opset_version=opset, dynamo=False,
    )
    bare(name)


def dynamo(name, model, segments=False):
    """The exporter since PyTorch 2.5."""
    given = inputs(segments)
    free = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    torch.onnx.export(
        model, (), f"{out}/{name}.onnx", kwargs=given, input_names=list(given), output_names=["logits"],
        dynamic_shapes={key: free for key in given}, opset_version=18, dynamo=True, external_data=False,
    )
    bare(name)


def bare(name):
    path = f"{out}/{name}.onnx"
    model = onnx.load(path)
    del model.graph.value_info[:]
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in [*model.graph.input, *model.graph.output, *model.graph.initializer]:
        del value.metadata_props[:]
    onnx.save(model, path)
    print(name, os.path.getsize(path))


bert = lambda how: random_model(t.BertForSequenceClassification, t.BertConfig(**sizes, attn_implementation=how))
roberta = t.RobertaConfig(**{**sizes, "type_vocab_size": 1, "pad_token_id": 1})
script("bert-script-14", bert("sdpa"), 14, True)
script("bert-eager-17", bert("eager"), 17, True)
script("distilbert-script-16", random_model(t.DistilBertForSequenceClassification, t.DistilBertConfig(**small)), 16)
dynamo("roberta-dynamo-18", random_model(t.RobertaForSequenceClassification, roberta))
dynamo("bert-dynamo-18", bert("eager"), True)


def fused(name, source):
    from onnxruntime.transformers import optimizer
    from onnxruntime.transformers.fusion_options import FusionOptions

    options = FusionOptions("bert")
    made = optimizer.optimize_model(
        f"{out}/{source}.onnx", "bert", num_heads=4, hidden_size=16, optimization_options=options, opt_level=0
    )
    made.save_model_to_file(f"{out}/{name}.onnx")
    bare(name)
    kinds = sorted({node.op_type for node in made.model.graph.node if node.domain == "com.microsoft"})
    print(name, kinds)


fused("bert-fused", "bert-eager-17")
