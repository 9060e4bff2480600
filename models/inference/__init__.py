"""Images in, modalities with probabilities out, as fast as the machine can.

predict.py           the predictor of a bundle: batches, calibration, rejection
decisions.py         what outputs come to: probabilities, rejection, conformal sets, the path down the tree
words.py             subcaption and caption as a second view of a panel
sentences/           what a small language model makes of a text
joint_view.py        what picture and words say together that neither says alone
engine.py            what an engine is: batches in, logits and features out
opening.py           which library computes the network here, and how many batches at a time
decoding.py          encoded images made ready ahead of the network, in threads or in processes
torch_engine.py      the network in torch: the reference on a CPU, the fast way on a GPU
onnx/                the network as an ONNX graph, and in ONNX Runtime on a CPU
openvino_engine.py   the network in OpenVINO, in bfloat16, on a CPU that has it
looks.py             what kind of picture a piece of a figure looks like, for whoever cuts figures
places.py            what each place of a figure is, and how whole a piece of it, for whoever cuts figures
caption_view.py      the words of a caption that name a modality, and how they count
scoring.py           a bundle put to labelled images, for `figmill evaluate`
blankness.py         blank pictures, on which a bundle abstains
"""
