"""Writes test/fixtures/bert-heads.json: what transformers and sentence-transformers answer for tiny models of every head that `rightsize import` builds.

The oracle of src/core/train/build-bert-head.test.ts; nothing else needs Python. Every tensor of a checkpoint holds 0.3 sin(0.7 i + n), n its
place among the sorted names and i the index, plus 1 for scales of normalisations, so that no weights have to be kept: names, dims and answers.

    pip install torch transformers sentence-transformers safetensors
    python tools/bert-fixtures.py test/fixtures/bert-heads.json
"""
import json
import sys
import tempfile

import safetensors
import torch
import transformers as t
from sentence_transformers.base.modules import Dense
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

ids = torch.tensor([[2, 5, 9, 3, 4], [2, 7, 3, 1, 1]])
mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
types = torch.tensor([[0, 0, 0, 1, 1], [0, 0, 1, 1, 1]])
sizes = dict(
    vocab_size=11, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12,
    max_position_embeddings=10, num_labels=3,
)
small = dict(vocab_size=11, dim=8, n_layers=2, n_heads=2, hidden_dim=12, max_position_embeddings=10, num_labels=3)
xlm = dict(sizes, type_vocab_size=1, pad_token_id=1)


def fill(name, n, p):
    i = torch.arange(p.numel(), dtype=torch.float64)
    base = 1.0 if name.lower().endswith(("layernorm.weight", "layer_norm.weight")) else 0.0
    p.copy_((base + 0.3 * torch.sin(0.7 * i + n)).reshape(p.shape).float())


def filled(model):
    """Fills what a saved checkpoint holds; tied tensors follow."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        with safetensors.safe_open(folder + "/model.safetensors", "pt") as file:
            names = sorted(file.keys())
    state = model.state_dict()
    with torch.no_grad():
        for n, name in enumerate(names):
            fill(name, n, state[name])
    return model.eval(), {name: list(state[name].shape) for name in names}


def config_of(model):
    kept = model.config.to_diff_dict()
    return {k: v for k, v in kept.items() if k not in ("id2label", "label2id", "dtype", "transformers_version")}


def case(model, segments=False):
    model, dims = filled(model)
    more = {"token_type_ids": types} if segments else {}
    with torch.no_grad():
        out = model(input_ids=ids, attention_mask=mask, **more).logits
    return dict(config=config_of(model), dims=dims, segments=segments, dims_out=list(out.shape), out=rounded(out))


def rounded(out):
    return [float(f"{x:.7g}") for x in out.flatten().tolist()]


def sentence(model, modes, tail=()):
    model, dims = filled(model)
    with torch.no_grad():
        states = model(input_ids=ids, attention_mask=mask).last_hidden_state
        features = {"token_embeddings": states, "attention_mask": mask}
        features = Pooling(8, pooling_mode=modes)(features)
        steps = []
        for step in tail:
            if isinstance(step, Dense):
                inner = {}
                for n, (name, p) in enumerate(sorted(step.state_dict().items())):
                    fill(name, n, p)
                    inner[name] = list(p.shape)
                steps.append(dict(config=step.get_config_dict(), dims=inner))
            else:
                steps.append(None)
            features = step(features)
    out = features["sentence_embedding"]
    return dict(
        config=config_of(model), dims=dims, segments=False, modes=modes, steps=steps,
        dims_out=list(out.shape), out=rounded(out),
    )


def bucket_edges():
    """The first distance of every new row of the table, from -511 to 511."""
    bucket = t.models.mpnet.modeling_mpnet.MPNetEncoder.relative_position_bucket
    edges, last = [], None
    for distance in range(-511, 512):
        now = int(bucket(torch.tensor([distance]))[0])
        if now != last:
            edges.append([distance, now])
        last = now
    return edges


bert = lambda **more: t.BertConfig(**{**sizes, **more})
cases = {
    **{f"bert {act}": case(t.BertForSequenceClassification(bert(hidden_act=act)), True)
       for act in ("gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "silu")},
    "bert tokens": case(t.BertForTokenClassification(bert()), True),
    "bert words": case(t.BertForMaskedLM(bert()), True),
    "bert words untied": case(t.BertForMaskedLM(bert(tie_word_embeddings=False, hidden_act="silu"))),
    "roberta classes": case(t.RobertaForSequenceClassification(t.RobertaConfig(**xlm))),
    "roberta tokens": case(t.RobertaForTokenClassification(t.RobertaConfig(**xlm))),
    "roberta words": case(t.RobertaForMaskedLM(t.RobertaConfig(**xlm, hidden_act="relu"))),
    "xlm-roberta classes": case(t.XLMRobertaForSequenceClassification(t.XLMRobertaConfig(**xlm))),
    "camembert tokens": case(t.CamembertForTokenClassification(t.CamembertConfig(**xlm))),
    "distilbert classes": case(t.DistilBertForSequenceClassification(t.DistilBertConfig(**small))),
    "distilbert tokens": case(t.DistilBertForTokenClassification(t.DistilBertConfig(**small))),
    "distilbert words": case(t.DistilBertForMaskedLM(t.DistilBertConfig(**small))),
    "mpnet classes": case(t.MPNetForSequenceClassification(t.MPNetConfig(**sizes))),
    "mpnet tokens": case(t.MPNetForTokenClassification(t.MPNetConfig(**sizes))),
    "mpnet words": case(t.MPNetForMaskedLM(t.MPNetConfig(**sizes))),
    "mean": sentence(t.BertModel(bert()), ["mean"]),
    "cls, length 1": sentence(t.BertModel(bert()), ["cls"], [Normalize()]),
    "max": sentence(t.MPNetModel(t.MPNetConfig(**sizes)), ["max"]),
    "three joined, dense, length 1": sentence(
        t.DistilBertModel(t.DistilBertConfig(**small)), ["cls", "max", "mean_sqrt_len_tokens"],
        [Dense(24, 6), Normalize()],
    ),
    "dense without bias": sentence(
        t.BertModel(bert()), ["mean"], [Dense(8, 5, bias=False, activation_function=torch.nn.Identity())]
    ),
}
made = dict(
    by=f"transformers {t.__version__}, torch {torch.__version__}",
    ids=ids.tolist(), mask=mask.tolist(), types=types.tolist(), bucketEdges=bucket_edges(), cases=cases,
)
with open(sys.argv[1], "w") as file:
    file.write(json.dumps(made, separators=(",", ":")) + "\n")
