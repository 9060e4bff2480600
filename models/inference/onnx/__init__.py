"""The network as an ONNX graph, which ONNX Runtime and OpenVINO compute.

graph.py    the graph, made from a bundle's weights alone
nodes.py    its nodes, and the weights that each takes
trunks.py   its trunks: ResNet, EfficientNet-Lite
places.py   the network of places as a graph
sentences.py   the language model that reads captions
engine.py   the engine: ONNX Runtime on a CPU
"""
