"""Peers of quantising: reads a model, does one thing, writes a model, prints one JSON line. Optional: the product never needs Python.

quantize.py TOOL INPUT OUTPUT, where TOOL is
  onnxruntime.quantization  quantize_dynamic, int8 by channel with reduce_range: 7-bit weights, as the product's portable form
  onnxslim                  slim: what it tidies and folds
CPU and wall time count the work, not the imports; memory is the peak of the whole process and of its children.
"""
import json
import os
import re
import resource
import sys
import time

tool, source, target = sys.argv[1:4]
if tool == "onnxruntime.quantization":
    import onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic

    version = onnxruntime.__version__

    def work():
        quantize_dynamic(source, target, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)

else:
    import onnxslim

    version = onnxslim.__version__

    def work():
        onnxslim.slim(source, target)


def peak_bytes():
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    try:
        # Linux counts the parent's memory before exec into ru_maxrss of a child; the high-water mark of its own address space does not.
        with open("/proc/self/status") as file:
            own = int(re.search(r"VmHWM:\s+(\d+)", file.read()).group(1)) * 1024
    except (OSError, AttributeError):
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return max(own, children)


cpu, wall = os.times(), time.perf_counter()
work()
now, seconds = os.times(), time.perf_counter() - wall
spent = sum(now[:4]) - sum(cpu[:4])
print(json.dumps({"version": version, "cpuS": spent, "wallS": seconds, "rss": peak_bytes(), "bytes": os.path.getsize(target)}))
